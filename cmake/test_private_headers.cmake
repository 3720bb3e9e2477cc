# A CTest: which headers <wbsync/wbsync.hpp> includes where the library is compiled. Those of Relacy
# and of nlohmann-json are private to its sources. Header-only it needs Relacy; nlohmann-json, which
# is slow to compile, comes with <wbsync/report/json.hpp> only.
# Arguments: compiler include_dirs

list(TRANSFORM include_dirs PREPEND -I)

function(list_headers result header)
    execute_process(
        COMMAND ${compiler} -std=c++20 ${include_dirs} ${ARGN} -include ${header} -M -x c++ /dev/null
        OUTPUT_VARIABLE headers
        COMMAND_ERROR_IS_FATAL ANY)
    string(REGEX MATCHALL "[^ \n]*/(relacy|nlohmann)/[^ \n]*" found "${headers}")
    set(${result} "${found}" PARENT_SCOPE)
endfunction()

list_headers(found wbsync/wbsync.hpp -DWBSYNC_COMPILED)
if(found)
    message(FATAL_ERROR "With WBSYNC_COMPILED, <wbsync/wbsync.hpp> includes ${found}")
endif()
list_headers(found wbsync/wbsync.hpp)
if(NOT found MATCHES "/relacy/")
    message(FATAL_ERROR "Header-only, it includes '${found}': this test looks for the wrong names")
endif()
if(found MATCHES "/nlohmann/")
    message(FATAL_ERROR "Header-only, <wbsync/wbsync.hpp> includes ${found}")
endif()
list_headers(found wbsync/report/json.hpp)
if(NOT found MATCHES "/nlohmann/")
    message(FATAL_ERROR "<wbsync/report/json.hpp> includes '${found}': this test looks for the wrong "
                        "names")
endif()
