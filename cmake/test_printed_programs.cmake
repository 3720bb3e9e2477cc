# A CTest: compiles what wbsync-fuzz prints, as a user would who pastes it into a test.
# Arguments: fuzz (the program) compiler include_dirs source (a file to write)

execute_process(COMMAND ${fuzz} --print --programs 60 OUTPUT_FILE ${source} COMMAND_ERROR_IS_FATAL ANY)
file(STRINGS ${source} programs REGEX "^struct program_[0-9]+")
list(LENGTH programs count)
if(NOT count EQUAL 60)
    message(FATAL_ERROR "${count} programs were printed, not 60")
endif()
list(TRANSFORM include_dirs PREPEND -I)
execute_process(
    COMMAND ${compiler} -std=c++20 -Wall -Wextra -Werror -fsyntax-only -DWBSYNC_COMPILED
            ${include_dirs} ${source}
    COMMAND_ERROR_IS_FATAL ANY)
