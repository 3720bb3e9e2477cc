# For CTests: projects that know nothing but an installed copy of this one.
# Arguments: build_dir work_dir generator make_program compiler build_type flags

function(run)
    list(JOIN ARGN " " command)
    message(STATUS ${command})
    execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# Installs the build tree below work_dir, then configures and builds the project in `folder`, with
# more arguments for CMake if there are any. Sets `prefix` and `built`, the folders of both.
macro(build_outside name folder)
    set(prefix ${work_dir}/${name}/prefix)
    set(built ${work_dir}/${name}/build)
    # A header that is no longer installed must not survive from the last run.
    file(REMOVE_RECURSE ${prefix})
    run(${CMAKE_COMMAND} --install ${build_dir} --component library --prefix ${prefix})
    run(${CMAKE_COMMAND} -S ${folder} -B ${built} -G ${generator}
        -DCMAKE_MAKE_PROGRAM=${make_program} -DCMAKE_CXX_COMPILER=${compiler}
        -DCMAKE_BUILD_TYPE=${build_type} -DCMAKE_CXX_FLAGS=${flags} -DCMAKE_PREFIX_PATH=${prefix} ${ARGN})

    # Otherwise a copy elsewhere on this machine could be what is tested.
    file(STRINGS ${built}/CMakeCache.txt found REGEX "^wbsync_DIR:")
    string(FIND "${found}" "=${prefix}/" where)
    if(where EQUAL -1)
        message(FATAL_ERROR "Expected the package below ${prefix}, got ${found}")
    endif()
    run(${CMAKE_COMMAND} --build ${built})
endmacro()
