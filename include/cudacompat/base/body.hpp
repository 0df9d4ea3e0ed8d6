// Where bodies go. By default public headers only declare, and the library cudacompat::engine has the bodies; with
// CUDACOMPAT_HEADER_ONLY defined they are inline, and nothing needs to be linked. One choice for a whole program.
#pragma once

#if defined(CUDACOMPAT_HEADER_ONLY)
#define CUDACOMPAT_BODY inline
#else
#define CUDACOMPAT_BODY
#endif
