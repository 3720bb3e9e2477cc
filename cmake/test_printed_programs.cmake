# A CTest: compiles what wbsync-fuzz prints, as a user would who pastes it into a test.
# Arguments: fuzz (the program) compiler include_dirs source (a file to write)

execute_process(COMMAND ${fuzz} --print --programs 60 OUTPUT_FILE ${source} COMMAND_ERROR_IS_FATAL ANY)
list(TRANSFORM include_dirs PREPEND -I)
execute_process(
    COMMAND ${compiler} -std=c++20 -Wall -Wextra -Werror -fsyntax-only -DWBSYNC_SHARED_ENGINE
            ${include_dirs} ${source}
    COMMAND_ERROR_IS_FATAL ANY)
