# A CTest: a project that takes the headers only, built and run with an installed copy.
# Arguments: those of outside_project.cmake, source_dir
include(${CMAKE_CURRENT_LIST_DIR}/outside_project.cmake)

build_outside(header_only ${source_dir}/checks/package/header_only
              -Dstore_buffering_cpp=${source_dir}/examples/standalone/main.cpp)
run(${built}/store_buffering)
