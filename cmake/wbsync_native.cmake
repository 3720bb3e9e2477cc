# The same primitives on real threads: the target wbsync::native, where liburcu is. Otherwise the
# target is not there, and the reason is said. Included by our own build, and installed beside
# wbsyncConfig.cmake for that of users.
find_package(Liburcu QUIET)
find_package(Threads QUIET)
if(Liburcu_FOUND AND Threads_FOUND)
    add_library(wbsync_native INTERFACE)
    target_compile_definitions(wbsync_native INTERFACE WBSYNC_NATIVE)
    target_link_libraries(wbsync_native INTERFACE wbsync::wbsync Liburcu::memb Threads::Threads)
    add_library(wbsync::native ALIAS wbsync_native)
else()
    set(wbsync_native_missing
        "there is no target wbsync::native, because liburcu-memb was not found (on Debian and \
Ubuntu: apt-get install liburcu-dev; elsewhere set Liburcu_INCLUDE_DIR and Liburcu_MEMB_LIBRARY)")
    message(STATUS "wbsync: ${wbsync_native_missing}")
endif()
