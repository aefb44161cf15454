#include "lib/entropy/trace_entropy.h"
