# A CTest: umount_latency runs shortly, in both kinds of grace periods and with both kinds of
# targets. Each version has to be in all that it writes, with as many umounts as were asked for.
# Arguments: program directory (of its own)

file(MAKE_DIRECTORY ${directory})
execute_process(
    COMMAND ${program} --shutdowns 3 --background 2 --target idle,busy --grace-period own,1ms --json
            ${directory}/all.json --svg ${directory}/all.svg
    RESULT_VARIABLE status
    OUTPUT_VARIABLE text)
message("${text}")
if(NOT status EQUAL 0)
    message(FATAL_ERROR "Ended with '${status}'")
endif()

function(expect_equal seen expected what)
    if(NOT seen STREQUAL expected)
        message(FATAL_ERROR "${what}: '${seen}', not '${expected}'")
    endif()
endfunction()

# string(JSON) stops at what is no JSON, or is not there.
file(READ ${directory}/all.json document)
string(JSON settings LENGTH "${document}" settings)
expect_equal(${settings} 4 "settings")
foreach(setting RANGE 3)
    foreach(name background inodes target grace_period readers)
        string(JSON value GET "${document}" settings ${setting} ${name})
    endforeach()
    foreach(number RANGE 5)
        math(EXPR v "${number} + 4")
        set(of settings ${setting} versions ${number})
        string(JSON version GET "${document}" ${of} version)
        expect_equal(${version} v${v} "version")
        foreach(part umount_us cgroup_writeback_umount_us)
            foreach(name mean p50 p95 p99 max)
                string(JSON value GET "${document}" ${of} ${part} ${name})
            endforeach()
        endforeach()
        string(JSON umounts GET "${document}" ${of} umounts)
        if(v GREATER 6) # earlier ones may be hit by their own race, time and again
            expect_equal(${umounts} 3 "umounts of ${version}")
        endif()
    endforeach()
endforeach()
foreach(name cpus compiler)
    string(JSON value GET "${document}" machine ${name})
endforeach()
string(JSON value GET "${document}" rcu)

file(READ ${directory}/all.svg picture)
foreach(v RANGE 4 9)
    if(NOT text MATCHES "\n. v${v} +. +[0-9]")
        message(FATAL_ERROR "The text has no row of v${v}")
    endif()
    if(NOT picture MATCHES ">v${v}</text>")
        message(FATAL_ERROR "The picture has no row of v${v}")
    endif()
endforeach()
if(NOT picture MATCHES "^<svg .*</svg>\n$")
    message(FATAL_ERROR "The picture is not whole")
endif()
