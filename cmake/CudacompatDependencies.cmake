# What we use from outside, found once. All are imported targets, so their headers count as system headers.
#
#   data      yaml-cpp::yaml-cpp (to build it; nothing of it is linked in)
#   tools     yaml-cpp::yaml-cpp  Boost::headers  nlohmann_json::nlohmann_json  CLI11::CLI11
#   tests     doctest::doctest  CUDACOMPAT_PYTHON (a program)
#   both      Threads::Threads
#
# The core needs none of them. Benchmarks look for their own peers in tests/bench.

include_guard(GLOBAL)

if(CUDACOMPAT_BUILD_TOOLS OR CUDACOMPAT_BUILD_TESTS OR CUDACOMPAT_BUILD_BENCHMARKS)
    find_package(Threads REQUIRED)
endif()

# The reader of data/ runs while cudacompat::data is built; a project that takes the headers alone needs none.
if(CUDACOMPAT_BUILD_TOOLS)
    find_package(yaml-cpp 0.7 REQUIRED)
else()
    find_package(yaml-cpp 0.7 QUIET)
endif()
if(TARGET yaml-cpp AND NOT TARGET yaml-cpp::yaml-cpp) # before 0.8
    add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()

if(CUDACOMPAT_BUILD_TOOLS)
    find_package(Boost 1.74 REQUIRED) # Boost.Graph: the header-only part
    find_package(nlohmann_json 3.10 REQUIRED)
    find_package(CLI11 2.1 REQUIRED)
endif()

if(CUDACOMPAT_BUILD_TESTS)
    find_package(doctest REQUIRED)
endif()

if(CUDACOMPAT_BUILD_TESTS OR CUDACOMPAT_BUILD_BENCHMARKS)
    # The system's Python first: the package python3-packaging belongs to it, not to another one in PATH.
    find_program(CUDACOMPAT_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
    find_program(CUDACOMPAT_PYTHON NAMES python3 REQUIRED)
endif()
