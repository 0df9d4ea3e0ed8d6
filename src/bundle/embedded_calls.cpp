// The calls that read the embedded data.
#include <cudacompat/embedded.hpp>
