# A CTest: README's smallest check in the CMake project that README shows, with an installed copy.
# Arguments: those of outside_project.cmake, source_dir
include(${CMAKE_CURRENT_LIST_DIR}/outside_project.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/page_block.cmake)

page_block(README.md cpp check)
page_block(README.md cmake project)
set(folder ${work_dir}/readme/project)
file(WRITE ${folder}/my_check.cpp "${check}")
file(WRITE ${folder}/CMakeLists.txt "${project}")

build_outside(readme ${folder})
execute_process(COMMAND ${built}/my_check OUTPUT_VARIABLE said COMMAND_ERROR_IS_FATAL ANY)
message("${said}")
if(NOT said MATCHES "test cases: +1 \\| +1 passed")
    message(FATAL_ERROR "The check was not run")
endif()
