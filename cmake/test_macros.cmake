# A CTest: asks the preprocessor for every macro that is visible after <wbsync/wbsync.hpp> and
# refuses those of Relacy's, its include guards excepted (they have to stay).
# Arguments: compiler include_dirs

list(TRANSFORM include_dirs PREPEND -I)
execute_process(
    COMMAND ${compiler} -std=c++20 ${include_dirs} -include wbsync/wbsync.hpp -dM -E -x c++
            /dev/null
    OUTPUT_VARIABLE macros
    COMMAND_ERROR_IS_FATAL ANY)

if(NOT macros MATCHES "#define RL_RELACY_HPP")
    message(FATAL_ERROR "Relacy was not included: nothing was tested.")
endif()

string(REGEX MATCHALL "#define [^\n]*([^A-Za-z0-9_]RL_|[^A-Za-z0-9_]rl::|\\$)[^\n]*" suspects "${macros}")
set(leaked)
foreach(macro IN LISTS suspects)
    if(NOT macro MATCHES "^#define RL_[A-Z0-9_]+_HPP *$")
        string(APPEND leaked "\n  ${macro}")
    endif()
endforeach()
if(leaked)
    message(FATAL_ERROR "Visible after #include <wbsync/wbsync.hpp>:${leaked}")
endif()
