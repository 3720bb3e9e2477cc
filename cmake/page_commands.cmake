# run_page_commands(PAGE REGEX COUNT FOLDER RESULT): runs the lines of a page that match, of which
# there have to be so many, in a folder that looks like the source tree. RESULT: what they print.
# Arguments: source_dir
function(run_page_commands page regex expected folder result)
    file(STRINGS ${source_dir}/${page} commands REGEX "${regex}")
    list(LENGTH commands count)
    if(NOT count EQUAL expected)
        message(FATAL_ERROR "${page} has ${count} commands, not ${expected}")
    endif()
    file(MAKE_DIRECTORY ${folder})
    foreach(name include examples)
        file(CREATE_LINK ${source_dir}/${name} ${folder}/${name} SYMBOLIC)
    endforeach()
    foreach(command IN LISTS commands)
        message(STATUS ${command})
        execute_process(COMMAND sh -c "${command}" WORKING_DIRECTORY ${folder} OUTPUT_VARIABLE some
                        COMMAND_ERROR_IS_FATAL ANY)
        string(APPEND said "${some}")
    endforeach()
    set(${result} "${said}" PARENT_SCOPE)
endfunction()
