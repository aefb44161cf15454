#include "lib/entropy/permutation.h"
