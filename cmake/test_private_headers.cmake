# A CTest: which headers <wbsync/wbsync.hpp> includes where the library is compiled. Those of Relacy
# and of nlohmann-json are private to its sources; header-only they have to be there.
# Arguments: compiler include_dirs

list(TRANSFORM include_dirs PREPEND -I)

function(list_headers result)
    execute_process(
        COMMAND ${compiler} -std=c++20 ${include_dirs} ${ARGN} -include wbsync/wbsync.hpp -M -x c++ /dev/null
        OUTPUT_VARIABLE headers
        COMMAND_ERROR_IS_FATAL ANY)
    string(REGEX MATCHALL "[^ \n]*/(relacy|nlohmann)/[^ \n]*" found "${headers}")
    set(${result} "${found}" PARENT_SCOPE)
endfunction()

list_headers(found -DWBSYNC_COMPILED)
if(found)
    message(FATAL_ERROR "With WBSYNC_COMPILED, <wbsync/wbsync.hpp> includes ${found}")
endif()
list_headers(found)
if(NOT found MATCHES "/relacy/" OR NOT found MATCHES "/nlohmann/")
    message(FATAL_ERROR "Header-only, it includes '${found}': this test looks for the wrong names")
endif()
