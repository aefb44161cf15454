#include "lib/entropy/entropy_code.h"
