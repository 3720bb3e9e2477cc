# A CTest: installs the build tree below work_dir, then configures, builds and runs a project that
# knows nothing but the installed copy.
# Arguments: build_dir source_dir pattern work_dir generator make_program compiler build_type flags

set(prefix ${work_dir}/prefix)
set(project_dir ${work_dir}/standalone)

function(run)
    list(JOIN ARGN " " command)
    message(STATUS ${command})
    execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# A header that is no longer installed must not survive from the last run.
file(REMOVE_RECURSE ${prefix})
run(${CMAKE_COMMAND} --install ${build_dir} --prefix ${prefix})
run(${CMAKE_COMMAND} -S ${source_dir} -B ${project_dir} -G ${generator}
    -DCMAKE_MAKE_PROGRAM=${make_program} -DCMAKE_CXX_COMPILER=${compiler}
    -DCMAKE_BUILD_TYPE=${build_type} -DCMAKE_CXX_FLAGS=${flags} -DCMAKE_PREFIX_PATH=${prefix})

# Otherwise a copy elsewhere on this machine could be what is tested.
file(STRINGS ${project_dir}/CMakeCache.txt found REGEX "^wbsync_DIR:")
string(FIND "${found}" "=${prefix}/" where)
if(where EQUAL -1)
    message(FATAL_ERROR "Expected the package below ${prefix}, got ${found}")
endif()

run(${CMAKE_COMMAND} --build ${project_dir})
run(${project_dir}/store_buffering)

# The shapes are not part of <wbsync/wbsync.hpp>: are they installed? Whether it compiles is enough.
run(${compiler} -std=c++20 -Werror -fsyntax-only -DWBSYNC_SHARED_ENGINE -I${prefix}/include ${pattern})
