# A CTest: what docs/native.md says to do, as it stands there: both commands, and the CMake project
# with an installed copy; and what that says on a machine without liburcu.
# Arguments: those of outside_project.cmake, source_dir
include(${CMAKE_CURRENT_LIST_DIR}/outside_project.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/page_block.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/page_commands.cmake)

run_page_commands(docs/native.md "^g\\+\\+ " 2 ${work_dir}/native/command said)

page_block(docs/native.md cmake project)
set(folder ${work_dir}/native/project)
file(WRITE ${folder}/CMakeLists.txt "${project}")
file(COPY_FILE ${source_dir}/examples/09_real_threads.cpp ${folder}/my_protocol.cpp)
build_outside(native ${folder})
execute_process(COMMAND ${built}/my_load OUTPUT_VARIABLE some COMMAND_ERROR_IS_FATAL ANY)
string(APPEND said "${some}")
message("${said}")
if(NOT said MATCHES "test cases: +3 \\| +3 passed.*nothing was found.*ns for each.*ns for each")
    message(FATAL_ERROR "Not everything was run")
endif()

execute_process(
    COMMAND ${CMAKE_COMMAND} -S ${folder} -B ${built}-without -G ${generator}
            -DCMAKE_MAKE_PROGRAM=${make_program} -DCMAKE_CXX_COMPILER=${compiler}
            -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_DISABLE_FIND_PACKAGE_Liburcu=ON
    RESULT_VARIABLE status
    OUTPUT_QUIET
    ERROR_VARIABLE said)
message("${said}")
if(status EQUAL 0 OR NOT said MATCHES "there is no target wbsync::native, because liburcu-memb was not")
    message(FATAL_ERROR "A machine without liburcu is not told so")
endif()
