# Compares the names that the test executable knows with those that CTest was told, right after the
# executable was built.
# Arguments: checks (the executable) build_dir (where doctest_discover_tests wrote its list)

execute_process(COMMAND ${checks} --list-test-cases --no-colors=true OUTPUT_VARIABLE listing
                COMMAND_ERROR_IS_FATAL ANY)

# Line by line without CMake lists, which break at brackets and semicolons.
set(names)
set(known 0)
while(listing MATCHES "^([^\n]*)\n")
    set(line "${CMAKE_MATCH_1}")
    string(LENGTH "${CMAKE_MATCH_0}" length)
    string(SUBSTRING "${listing}" ${length} -1 listing)
    if(line STREQUAL "" OR line MATCHES "^====" OR line MATCHES "^\\[doctest\\] ")
        continue()
    endif()
    string(FIND "${names}" "\n${line}\n" earlier)
    if(NOT earlier EQUAL -1)
        message(SEND_ERROR "Two test cases have the same name: ${line}")
    endif()
    string(APPEND names "\n${line}\n")
    math(EXPR known "${known} + 1")
endwhile()

file(GLOB lists ${build_dir}/wbsync_checks_tests-*.cmake)
set(registered 0)
foreach(list IN LISTS lists)
    file(READ ${list} script)
    string(REGEX MATCHALL "(^|\n)add_test\\(" tests "${script}")
    list(LENGTH tests count)
    math(EXPR registered "${registered} + ${count}")
endforeach()

message(STATUS "${known} test cases, ${registered} registered with CTest")
if(known EQUAL 0 OR NOT known EQUAL registered)
    message(FATAL_ERROR "Test cases were lost or torn apart: does a name hold a semicolon, or a square "
                        "bracket without its partner? CMake's lists cannot carry those.")
endif()
