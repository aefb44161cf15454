#include "lib/entropy/entropy_decoder.h"
