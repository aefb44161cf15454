#include "lib/entropy/hybrid_integer.h"
