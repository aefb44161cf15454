#include "lib/entropy/cluster_map.h"
