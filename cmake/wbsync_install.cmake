# `cmake --install`: the headers, the exported target and what find_package(wbsync) needs.
include(CMakePackageConfigHelpers)

# Nothing installed here depends on the architecture, hence share/ and not lib/.
set(wbsync_package_dir ${CMAKE_INSTALL_DATADIR}/cmake/wbsync)

install(
    DIRECTORY ${PROJECT_SOURCE_DIR}/include/wbsync
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILES_MATCHING
    PATTERN "*.hpp")
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

install(TARGETS wbsync EXPORT wbsync_targets)
install(
    EXPORT wbsync_targets
    FILE wbsyncTargets.cmake
    NAMESPACE wbsync::
    DESTINATION ${wbsync_package_dir})

configure_package_config_file(
    ${CMAKE_CURRENT_LIST_DIR}/wbsyncConfig.cmake.in ${PROJECT_BINARY_DIR}/wbsyncConfig.cmake
    INSTALL_DESTINATION ${wbsync_package_dir})
write_basic_package_version_file(
    ${PROJECT_BINARY_DIR}/wbsyncConfigVersion.cmake
    COMPATIBILITY SameMinorVersion # before 1.0 a minor version may break its users
    ARCH_INDEPENDENT)
install(
    FILES ${PROJECT_BINARY_DIR}/wbsyncConfig.cmake ${PROJECT_BINARY_DIR}/wbsyncConfigVersion.cmake
          ${CMAKE_CURRENT_LIST_DIR}/FindRelacy.cmake ${CMAKE_CURRENT_LIST_DIR}/FindLiburcu.cmake
          ${CMAKE_CURRENT_LIST_DIR}/wbsync_native.cmake
    DESTINATION ${wbsync_package_dir})
