# How this project builds its own code: warnings, sanitizers, clang-tidy, and the functions that add
# libraries, programs and parts. Nothing here reaches a user of cudacompat::cudacompat.

include_guard(GLOBAL)

# Read by the code below this directory only; a parent project keeps its own values.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)

if(PROJECT_IS_TOP_LEVEL)
    if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
        set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
    endif()
    if(NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
        find_program(CUDACOMPAT_CCACHE ccache)
        mark_as_advanced(CUDACOMPAT_CCACHE)
        if(CUDACOMPAT_CCACHE)
            set(CMAKE_CXX_COMPILER_LAUNCHER "${CUDACOMPAT_CCACHE}")
        endif()
    endif()
    set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
endif()

if(CUDACOMPAT_CLANG_TIDY)
    find_program(CUDACOMPAT_CLANG_TIDY_PROGRAM NAMES clang-tidy-14 clang-tidy REQUIRED)
    set(CMAKE_CXX_CLANG_TIDY "${CUDACOMPAT_CLANG_TIDY_PROGRAM};--quiet")
endif()

# --- warnings: for our own translation units, never exported ---------------------------------------

add_library(cudacompat_warnings INTERFACE)
target_compile_options(cudacompat_warnings INTERFACE
    -Wall -Wextra -Wpedantic
    -Wconversion -Wsign-conversion -Wdouble-promotion
    -Wshadow -Wold-style-cast -Wcast-qual -Wcast-align
    -Wnon-virtual-dtor -Woverloaded-virtual
    -Wformat=2 -Wundef -Wextra-semi -Wimplicit-fallthrough
    $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond;-Wlogical-op;-Wredundant-decls>
    # GCC 12 alone, PR 105329 and 105651: false alarms inside std::string when `"x" + s` is inlined.
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
    $<$<CXX_COMPILER_ID:Clang>:-Wrange-loop-analysis;-Wunreachable-code-aggressive>)
if(CUDACOMPAT_WERROR)
    target_compile_options(cudacompat_warnings INTERFACE -Werror)
endif()

# --- sanitizers ------------------------------------------------------------------------------------

add_library(cudacompat_sanitizers INTERFACE)
if(CUDACOMPAT_SANITIZE)
    target_compile_options(cudacompat_sanitizers INTERFACE
        "-fsanitize=${CUDACOMPAT_SANITIZE}" -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(cudacompat_sanitizers INTERFACE "-fsanitize=${CUDACOMPAT_SANITIZE}")
endif()

# Options for one of our own targets: private, so they end where the target ends.
function(cudacompat_own_code target)
    target_link_libraries(${target} PRIVATE
        $<BUILD_INTERFACE:cudacompat_warnings> $<BUILD_INTERFACE:cudacompat_sanitizers>)
endfunction()

# cudacompat_add_library(<name> SOURCES <file>... [LIBRARIES <public library>...] [PRIVATE <library>...])
# Static library cudacompat_<name>, known to others as cudacompat::<name>; it links the core.
function(cudacompat_add_library name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES;PRIVATE")
    if(NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "cudacompat_add_library(${name}): SOURCES is empty, or unknown '${arg_UNPARSED_ARGUMENTS}'")
    endif()
    add_library(cudacompat_${name} STATIC ${arg_SOURCES})
    add_library(cudacompat::${name} ALIAS cudacompat_${name})
    set_target_properties(cudacompat_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
    target_link_libraries(cudacompat_${name} PUBLIC cudacompat::cudacompat ${arg_LIBRARIES} PRIVATE ${arg_PRIVATE})
    cudacompat_own_code(cudacompat_${name})
endfunction()

# cudacompat_add_program(<target> SOURCES <file>... [OUTPUT_NAME <name>] [LIBRARIES <library>...])
# The program lands in <build>/bin.
function(cudacompat_add_program target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "OUTPUT_NAME" "SOURCES;LIBRARIES")
    if(NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "cudacompat_add_program(${target}): SOURCES is empty, or unknown '${arg_UNPARSED_ARGUMENTS}'")
    endif()
    add_executable(${target} ${arg_SOURCES})
    target_link_libraries(${target} PRIVATE cudacompat::cudacompat ${arg_LIBRARIES})
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
    if(arg_OUTPUT_NAME)
        set_target_properties(${target} PROPERTIES OUTPUT_NAME "${arg_OUTPUT_NAME}")
    endif()
    cudacompat_own_code(${target})
endfunction()

# cudacompat_add_part(<folder> ALWAYS|TOOLS|EXAMPLES): the folder, if it is there and wanted.
function(cudacompat_add_part folder when)
    if(NOT EXISTS "${PROJECT_SOURCE_DIR}/${folder}/CMakeLists.txt")
        message(STATUS "cudacompat: ${folder} is not there yet")
    elseif(when STREQUAL "ALWAYS" OR CUDACOMPAT_BUILD_${when})
        if(PROJECT_IS_TOP_LEVEL)
            add_subdirectory("${PROJECT_SOURCE_DIR}/${folder}" "${PROJECT_BINARY_DIR}/${folder}")
        else()
            add_subdirectory("${PROJECT_SOURCE_DIR}/${folder}" "${PROJECT_BINARY_DIR}/${folder}" EXCLUDE_FROM_ALL)
        endif()
    endif()
endfunction()
