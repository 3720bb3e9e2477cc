# A CTest: runs a command, and compares its exit status and what it says. A program that is missing,
# that crashes or that fails for another reason is not taken for one that refuses.
# Arguments: status (a number, or "error": a compiler's own) says (a regular expression), and the
# command behind "--".

set(command)
set(is_command FALSE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
    if(is_command)
        string(REPLACE ";" "\\;" argument "${CMAKE_ARGV${i}}")
        list(APPEND command "${argument}")
    elseif("${CMAKE_ARGV${i}}" STREQUAL "--")
        set(is_command TRUE)
    endif()
endforeach()
if(NOT command)
    message(FATAL_ERROR "No command behind --")
endif()

execute_process(
    COMMAND ${command}
    RESULT_VARIABLE seen
    OUTPUT_VARIABLE text
    ERROR_VARIABLE text)
message("${text}")
if(status STREQUAL "error")
    if(NOT seen MATCHES "^[0-9]+$" OR seen EQUAL 0)
        message(FATAL_ERROR "Ended with '${seen}', not with an error")
    endif()
elseif(NOT seen STREQUAL status)
    message(FATAL_ERROR "Ended with '${seen}', not with ${status}")
endif()
if(NOT text MATCHES "${says}")
    message(FATAL_ERROR "Does not say '${says}'")
endif()
