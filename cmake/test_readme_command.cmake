# A CTest: the commands that README gives for a program without CMake, as they stand there.
# Arguments: source_dir work_dir

file(STRINGS ${source_dir}/README.md commands REGEX "^(g\\+\\+ .*|\\./lesson)$")
list(LENGTH commands count)
if(NOT count EQUAL 2)
    message(FATAL_ERROR "README.md has ${count} commands of a program without CMake, not 2")
endif()
set(folder ${work_dir}/readme/command)
file(MAKE_DIRECTORY ${folder})
foreach(name include examples)
    file(CREATE_LINK ${source_dir}/${name} ${folder}/${name} SYMBOLIC)
endforeach()
foreach(command IN LISTS commands)
    message(STATUS ${command})
    execute_process(COMMAND sh -c "${command}" WORKING_DIRECTORY ${folder} OUTPUT_VARIABLE said
                    COMMAND_ERROR_IS_FATAL ANY)
endforeach()
message("${said}")
if(NOT said MATCHES "\\| +0 failed" OR said MATCHES "test cases: +0")
    message(FATAL_ERROR "The lesson was not run")
endif()
