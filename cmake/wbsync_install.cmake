# `cmake --install`: the headers, the compiled library, and what find_package(wbsync) and pkg-config
# need.
include(CMakePackageConfigHelpers)

# `cmake --install --component library` leaves the program out.
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME library)

set(wbsync_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/wbsync)

install(
    DIRECTORY ${PROJECT_SOURCE_DIR}/include/wbsync
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILES_MATCHING
    PATTERN "*.hpp")
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# An export for each of the two: a machine that has only what the one needs can use that.
install(TARGETS wbsync EXPORT wbsync_targets)
install(TARGETS wbsync_compiled EXPORT wbsync_compiled_targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(
    EXPORT wbsync_targets
    FILE wbsyncTargets.cmake
    NAMESPACE wbsync::
    DESTINATION ${wbsync_package_dir})
install(
    EXPORT wbsync_compiled_targets
    FILE wbsyncCompiledTargets.cmake
    NAMESPACE wbsync::
    DESTINATION ${wbsync_package_dir})

configure_package_config_file(
    ${CMAKE_CURRENT_LIST_DIR}/wbsyncConfig.cmake.in ${PROJECT_BINARY_DIR}/wbsyncConfig.cmake
    INSTALL_DESTINATION ${wbsync_package_dir})
write_basic_package_version_file(
    ${PROJECT_BINARY_DIR}/wbsyncConfigVersion.cmake
    COMPATIBILITY SameMinorVersion) # before 1.0 a minor version may break its users
install(
    FILES ${PROJECT_BINARY_DIR}/wbsyncConfig.cmake ${PROJECT_BINARY_DIR}/wbsyncConfigVersion.cmake
          ${CMAKE_CURRENT_LIST_DIR}/FindRelacy.cmake ${CMAKE_CURRENT_LIST_DIR}/FindLiburcu.cmake
          ${CMAKE_CURRENT_LIST_DIR}/wbsync_native.cmake
    DESTINATION ${wbsync_package_dir})

# pkg-config finds the prefix from where the file lies.
file(RELATIVE_PATH wbsync_pc_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" wbsync_pc_to_prefix "${wbsync_pc_to_prefix}")
list(TRANSFORM CMAKE_DL_LIBS PREPEND -l OUTPUT_VARIABLE wbsync_pc_libs)
list(JOIN wbsync_pc_libs " " wbsync_pc_libs)
foreach(name wbsync wbsync-compiled)
    configure_file(${CMAKE_CURRENT_LIST_DIR}/${name}.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${name}.pc
            DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
