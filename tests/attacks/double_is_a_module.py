"""crashed: is a module instead of a function."""

import math as double
