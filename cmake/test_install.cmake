# A CTest: the stand-alone example, built and run with an installed copy.
# Arguments: those of outside_project.cmake, source_dir pattern
include(${CMAKE_CURRENT_LIST_DIR}/outside_project.cmake)

build_outside(standalone ${source_dir}/examples/standalone)
run(${built}/store_buffering)

# The shapes are not part of <wbsync/wbsync.hpp>: are they installed? Whether it compiles is enough.
run(${compiler} -std=c++20 -Werror -fsyntax-only -DWBSYNC_COMPILED -I${prefix}/include ${pattern})

# A component that there is not.
file(WRITE ${work_dir}/nonsense/CMakeLists.txt
     "cmake_minimum_required(VERSION 3.21)\nproject(nonsense LANGUAGES CXX)\n"
     "find_package(wbsync REQUIRED COMPONENTS nonsense)\n")
execute_process(
    COMMAND ${CMAKE_COMMAND} -S ${work_dir}/nonsense -B ${work_dir}/nonsense/build -G ${generator}
            -DCMAKE_MAKE_PROGRAM=${make_program} -DCMAKE_CXX_COMPILER=${compiler}
            -DCMAKE_PREFIX_PATH=${prefix}
    RESULT_VARIABLE status
    ERROR_VARIABLE said)
message("${said}")
if(status EQUAL 0 OR NOT said MATCHES "no component nonsense: choose from\n? *headers")
    message(FATAL_ERROR "A component that there is not is found")
endif()

# The static library alone: where Relacy and nlohmann-json are not installed, it is still found.
file(WRITE ${work_dir}/alone/CMakeLists.txt
     "cmake_minimum_required(VERSION 3.21)\nproject(alone LANGUAGES CXX)\n"
     "find_package(wbsync REQUIRED COMPONENTS compiled)\n"
     "if(NOT TARGET wbsync::compiled OR TARGET wbsync::wbsync)\n    message(FATAL_ERROR targets)\nendif()\n")
run(${CMAKE_COMMAND} -S ${work_dir}/alone -B ${work_dir}/alone/build -G ${generator}
    -DCMAKE_MAKE_PROGRAM=${make_program} -DCMAKE_CXX_COMPILER=${compiler}
    -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_DISABLE_FIND_PACKAGE_Relacy=ON
    -DCMAKE_DISABLE_FIND_PACKAGE_nlohmann_json=ON)
