# A CTest: programs that are compiled by one command, with what pkg-config says of an installed copy.
# Arguments: those of outside_project.cmake, source_dir pkg_config
include(${CMAKE_CURRENT_LIST_DIR}/outside_project.cmake)

set(folder ${work_dir}/pkg_config)
set(prefix ${folder}/prefix)
file(REMOVE_RECURSE ${prefix})
run(${CMAKE_COMMAND} --install ${build_dir} --component library --prefix ${prefix})
file(GLOB_RECURSE wanted ${prefix}/wbsync.pc)
get_filename_component(wanted "${wanted}" DIRECTORY)
set(ENV{PKG_CONFIG_PATH} ${wanted})

separate_arguments(flags UNIX_COMMAND "${flags}")
foreach(package wbsync wbsync-compiled)
    execute_process(COMMAND ${pkg_config} --cflags --libs ${package} OUTPUT_VARIABLE said
                    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    separate_arguments(said UNIX_COMMAND "${said}")
    run(${compiler} -std=c++20 ${flags} ${source_dir}/examples/standalone/main.cpp ${said} -o
        ${folder}/${package})
    run(${folder}/${package})
endforeach()
