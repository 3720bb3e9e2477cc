# A CTest: the commands that README gives for a program without CMake, as they stand there.
# Arguments: source_dir work_dir

include(${CMAKE_CURRENT_LIST_DIR}/page_commands.cmake)

run_page_commands(README.md "^(g\\+\\+ .*|\\./lesson)$" 2 ${work_dir}/readme/command said)
message("${said}")
if(NOT said MATCHES "\\| +0 failed" OR said MATCHES "test cases: +0")
    message(FATAL_ERROR "The lesson was not run")
endif()
