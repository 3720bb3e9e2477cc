# A CTest: a project outside with a program that checks models of its own, with an installed copy.
# Arguments: those of outside_project.cmake, source_dir
include(${CMAKE_CURRENT_LIST_DIR}/outside_project.cmake)

build_outside(own_models ${source_dir}/checks/package/own_models)
set(folder ${work_dir}/own_models/run)
file(REMOVE_RECURSE ${folder})
file(MAKE_DIRECTORY ${folder})

# expect(STATUS SAYS WORD...): what the program answers, and how it ends. Sets `said`.
function(expect wanted says)
    execute_process(
        COMMAND ${built}/door ${ARGN}
        WORKING_DIRECTORY ${folder}
        RESULT_VARIABLE status
        OUTPUT_VARIABLE text
        ERROR_VARIABLE text)
    message("door ${ARGN}\n${text}")
    if(NOT status STREQUAL wanted OR NOT text MATCHES "${says}")
        message(FATAL_ERROR "Ended with ${status}, not ${wanted}, or does not say '${says}'")
    endif()
    set(said "${text}" PARENT_SCOPE)
endfunction()

expect(0 "door/careful +with a barrier.*expected: verified under sc, finding locked-in under rc11 and lkmm.*-p guests=1" list)
expect(0 "4 checks: 4 as expected" check)
expect(0 "door/careless +guests=2 +weak +finding locked-in .*failed: locked-in: a guest is locked in" check door/careless
       --memory weak -p guests=2)
string(REGEX MATCH "replay: door (replay [^\n]*)" line "${said}")
separate_arguments(words UNIX_COMMAND "${CMAKE_MATCH_1}")
expect(0 "failed: locked-in: a guest is locked in" ${words})
expect(0 "lkmm +locked-in" matrix)
expect(2 "door: no model matches 'door/open': the models are door/careful, door/careless" check door/open)
expect(2 "unknown command 'chek': the commands are list, check" chek)
expect(0 "1\\.0" --version)

# A result that is not as expected, in the exit status and for CI.
set(ENV{DOOR_EXPECTS_FINDING} 1)
expect(1 "NOT as expected.*1 check: 0 as expected, 1 NOT as expected" check door/careful --memory sc
       --junit results.xml)
unset(ENV{DOOR_EXPECTS_FINDING})
file(READ ${folder}/results.xml xml)
if(NOT xml MATCHES "<testsuite name=\"door\" tests=\"1\" failures=\"1\" errors=\"0\" skipped=\"0\""
   OR NOT xml MATCHES "<testcase classname=\"door/careful\" name=\"sc guests=1\"[^\n]*>\n +<failure type=\"verified\" message=\"verified, not finding locked-in\">")
    message(FATAL_ERROR "JUnit's file is ${xml}")
endif()
expect(2 "door: --junit: cannot write '/nowhere/results.xml'" check --junit /nowhere/results.xml)

# string(JSON) stops at what is no JSON, or is not there.
expect(0 "" check door/careless --memory weak --json)
string(JSON property GET "${said}" results 0 property)
if(NOT property STREQUAL "locked-in")
    message(FATAL_ERROR "The property is ${property}")
endif()

# Interrupted; what it says then goes on, to as many executions as without.
expect(0 "" check door/careful --memory weak -p guests=2 --json)
string(JSON whole GET "${said}" results 0 executions)
set(ENV{DOOR_INTERRUPT} 1)
expect(3 "incomplete: interrupted.*resume: door check .*1 incomplete" check door/careful --memory weak -p guests=2 -j 1)
unset(ENV{DOOR_INTERRUPT})
string(REGEX MATCH "resume: door (check [^\n]*)" line "${said}")
separate_arguments(words UNIX_COMMAND "${CMAKE_MATCH_1}")
expect(0 "\"verdict\": \"verified\"" ${words} --json)
string(JSON executions GET "${said}" results 0 executions)
if(NOT executions EQUAL whole)
    message(FATAL_ERROR "${executions} executions when it went on, ${whole} without an interrupt")
endif()
