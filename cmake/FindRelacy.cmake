# Finds the Relacy Race Detector (headers only, it comes without a CMake package) and offers it as
# the target Relacy::relacy. Installed beside wbsyncConfig.cmake, so that users get the same search.
find_path(
    Relacy_INCLUDE_DIR
    NAMES relacy/relacy.hpp
    DOC "Folder that holds relacy/relacy.hpp")
mark_as_advanced(Relacy_INCLUDE_DIR)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
    Relacy
    REQUIRED_VARS Relacy_INCLUDE_DIR
    REASON_FAILURE_MESSAGE
        "relacy/relacy.hpp was not found. On Debian and Ubuntu: apt-get install relacy-dev. \
Elsewhere set Relacy_INCLUDE_DIR to the folder that holds relacy/relacy.hpp.")

if(Relacy_FOUND AND NOT TARGET Relacy::relacy)
    add_library(Relacy::relacy INTERFACE IMPORTED)
    set_target_properties(Relacy::relacy PROPERTIES INTERFACE_INCLUDE_DIRECTORIES
                                                    "${Relacy_INCLUDE_DIR}")
endif()
