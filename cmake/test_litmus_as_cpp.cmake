# A CTest: litmus tests are written as programs in C++, which are compiled and run.
# Arguments: generator  compiler flags include_dirs libraries  folder (of its own)  tests (files, or
# else those of the collection that WBSYNC_LITMUS_CORPUS names)  flaw (or nothing; then the programs
# have to fail)

if(NOT tests)
    if("$ENV{WBSYNC_LITMUS_CORPUS}" STREQUAL "")
        message("WBSYNC_LITMUS_CORPUS is not set") # CTest takes that for skipped
        return()
    endif()
    set(tests $ENV{WBSYNC_LITMUS_CORPUS}/states.jsonl)
endif()
set(without)
if(flaw)
    set(without --without ${flaw})
endif()

file(REMOVE_RECURSE ${folder})
file(MAKE_DIRECTORY ${folder})
execute_process(COMMAND ${generator} ${tests} --to ${folder} ${without}
                COMMAND_ERROR_IS_FATAL ANY)
file(GLOB sources ${folder}/*.cpp)
list(TRANSFORM include_dirs PREPEND -I)
separate_arguments(flags)
execute_process(
    COMMAND ${compiler} ${flags} -std=c++20 -O0 -Wall -Wextra -Werror -Wno-unused
            -DWBSYNC_COMPILED ${include_dirs} ${sources} ${libraries} -o ${folder}/programs
    COMMAND_ERROR_IS_FATAL ANY)

execute_process(COMMAND ${folder}/programs RESULT_VARIABLE status OUTPUT_VARIABLE said)
message("${said}")
if(NOT flaw AND NOT status EQUAL 0)
    message(FATAL_ERROR "Ended with '${status}'")
elseif(flaw AND NOT status EQUAL 1)
    message(FATAL_ERROR "Without ${flaw} it ended with '${status}': nobody has noticed")
endif()
