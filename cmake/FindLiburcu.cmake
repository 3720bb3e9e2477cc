# Finds liburcu's flavour urcu-memb, and offers it as the target Liburcu::memb. Installed beside
# wbsyncConfig.cmake, so that users get the same search.
find_path(
    Liburcu_INCLUDE_DIR
    NAMES urcu/urcu-memb.h
    DOC "Folder that holds urcu/urcu-memb.h")
find_library(
    Liburcu_MEMB_LIBRARY
    NAMES urcu-memb
    DOC "liburcu-memb")
mark_as_advanced(Liburcu_INCLUDE_DIR Liburcu_MEMB_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
    Liburcu
    REQUIRED_VARS Liburcu_MEMB_LIBRARY Liburcu_INCLUDE_DIR
    REASON_FAILURE_MESSAGE
        "liburcu-memb was not found. On Debian and Ubuntu: apt-get install liburcu-dev.")

if(Liburcu_FOUND AND NOT TARGET Liburcu::memb)
    add_library(Liburcu::memb UNKNOWN IMPORTED)
    set_target_properties(Liburcu::memb PROPERTIES
        IMPORTED_LOCATION "${Liburcu_MEMB_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${Liburcu_INCLUDE_DIR}")
endif()
