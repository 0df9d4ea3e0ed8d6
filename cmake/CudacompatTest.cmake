# cudacompat_add_test and cudacompat_add_command_test.

include_guard(GLOBAL)

# Compiled once, linked into every test program.
add_library(cudacompat_test_main OBJECT "${PROJECT_SOURCE_DIR}/tests/support/main.cpp")
target_link_libraries(cudacompat_test_main PUBLIC doctest::doctest cudacompat::cudacompat)
target_include_directories(cudacompat_test_main PUBLIC "${PROJECT_SOURCE_DIR}/tests")
cudacompat_own_code(cudacompat_test_main)

# Under a sanitizer a test is named after it, so that one CTest summary can hold both builds.
string(REPLACE "," "+" cudacompat_test_prefix "${CUDACOMPAT_SANITIZE}")
if(cudacompat_test_prefix)
    string(APPEND cudacompat_test_prefix ": ")
endif()

# Registers the test and gives it what every test has: a timeout, labels, the scale of its random part.
function(cudacompat_register_test name timeout labels)
    set(environment LC_ALL=C.UTF-8 TZ=UTC)
    set(scale 100)
    if(CUDACOMPAT_SANITIZE)
        math(EXPR timeout "${timeout} * 5")
        set(scale 5)
        list(APPEND environment "ASAN_OPTIONS=strict_string_checks=1:detect_stack_use_after_return=1"
            "UBSAN_OPTIONS=print_stacktrace=1")
    endif()
    list(APPEND environment "CUDACOMPAT_TEST_SCALE=${scale}")
    set_tests_properties("${name}" PROPERTIES
        TIMEOUT ${timeout} LABELS "${labels}" ENVIRONMENT "${environment}" SKIP_RETURN_CODE 77)
endfunction()

# cudacompat_add_test(NAME <name> SOURCES <file>... [LIBRARIES <library>...] [ARGS <argument>...]
#                     [LABELS <label>...] [TIMEOUT <seconds>] [NO_SANITIZE])
# A doctest program that links the core; CTest runs it as <name>, the target is test_<name>.
# NO_SANITIZE: left out of the sanitizer build (nothing of ours runs in it, or it takes too long).
# The code may use the macros CUDACOMPAT_TEST_DIR (the folder of the CMakeLists.txt) and
# CUDACOMPAT_ROOT_DIR, both absolute, and <support/scale.hpp>.
function(cudacompat_add_test)
    cmake_parse_arguments(PARSE_ARGV 0 arg "NO_SANITIZE" "NAME;TIMEOUT" "SOURCES;LIBRARIES;ARGS;LABELS")
    if(NOT arg_NAME OR NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "cudacompat_add_test(${arg_NAME}): NAME and SOURCES are needed; unknown: '${arg_UNPARSED_ARGUMENTS}'")
    endif()
    if(arg_NO_SANITIZE AND CUDACOMPAT_SANITIZE)
        return()
    endif()
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    string(MAKE_C_IDENTIFIER "test_${arg_NAME}" target)
    add_executable(${target} ${arg_SOURCES})
    target_link_libraries(${target} PRIVATE cudacompat_test_main cudacompat::cudacompat ${arg_LIBRARIES})
    target_compile_definitions(${target} PRIVATE
        "CUDACOMPAT_TEST_DIR=\"${CMAKE_CURRENT_SOURCE_DIR}\"" "CUDACOMPAT_ROOT_DIR=\"${PROJECT_SOURCE_DIR}\"")
    cudacompat_own_code(${target})
    set(name "${cudacompat_test_prefix}${arg_NAME}")
    add_test(NAME "${name}" COMMAND ${target} ${arg_ARGS} WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}")
    cudacompat_register_test("${name}" ${arg_TIMEOUT} "${arg_LABELS}")
endfunction()

# cudacompat_add_command_test(NAME <name> COMMAND <command>... [LABELS <label>...] [TIMEOUT <seconds>] [NO_SANITIZE])
# A test that is a command: a script, or a program of ours with arguments. Exit 77 means skipped.
function(cudacompat_add_command_test)
    cmake_parse_arguments(PARSE_ARGV 0 arg "NO_SANITIZE" "NAME;TIMEOUT" "COMMAND;LABELS")
    if(NOT arg_NAME OR NOT arg_COMMAND OR arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "cudacompat_add_command_test(${arg_NAME}): NAME and COMMAND are needed; unknown: '${arg_UNPARSED_ARGUMENTS}'")
    endif()
    if(arg_NO_SANITIZE AND CUDACOMPAT_SANITIZE)
        return()
    endif()
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    set(name "${cudacompat_test_prefix}${arg_NAME}")
    add_test(NAME "${name}" COMMAND ${arg_COMMAND} WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}")
    cudacompat_register_test("${name}" ${arg_TIMEOUT} "${arg_LABELS}")
endfunction()
