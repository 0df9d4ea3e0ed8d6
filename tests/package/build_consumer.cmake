# Configures, builds and runs the consumer in an empty folder, then weighs it without symbols.
# cmake -DCOMPILER= -DGENERATOR= -DMAKE_PROGRAM= -DLAUNCHER= -DSTRIP= -DCUDACOMPAT= -DCONSUMER= -DBUILD= -DLIMIT= -P ...

function(step)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out)
    if(NOT code EQUAL 0)
        list(JOIN ARGN " " command)
        message(FATAL_ERROR "${command}\nexit ${code}\n${out}")
    endif()
    set(said "${out}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE "${BUILD}")
step("${CMAKE_COMMAND}" -S "${CONSUMER}" -B "${BUILD}" -G "${GENERATOR}" "-DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM}"
    -DCMAKE_BUILD_TYPE=Release "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}"
    "-DCUDACOMPAT=${CUDACOMPAT}")
# No part that only our own build needs may have been configured.
foreach(option IN ITEMS TOOLS TESTS EXAMPLES BENCHMARKS)
    file(STRINGS "${BUILD}/CMakeCache.txt" line REGEX "^CUDACOMPAT_BUILD_${option}:BOOL=OFF$")
    if(NOT line)
        message(FATAL_ERROR "CUDACOMPAT_BUILD_${option} is not OFF in a subproject")
    endif()
endforeach()
cmake_host_system_information(RESULT cores QUERY NUMBER_OF_LOGICAL_CORES)
step("${CMAKE_COMMAND}" --build "${BUILD}" --parallel ${cores})
step("${BUILD}/consumer")
if(NOT said MATCHES "^[0-9]+(\\.[0-9]+)+\n$")
    message(FATAL_ERROR "the consumer should print one version, but said:\n${said}")
endif()
string(STRIP "${said}" version)
step("${STRIP}" -o "${BUILD}/consumer.stripped" "${BUILD}/consumer")
file(SIZE "${BUILD}/consumer.stripped" size)
if(size GREATER_EQUAL LIMIT)
    message(FATAL_ERROR "the stripped consumer has ${size} bytes, ${LIMIT} are allowed")
endif()
message(STATUS "cuda-runtime ${version}; the stripped consumer has ${size} bytes of ${LIMIT}")
