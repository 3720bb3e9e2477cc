# The target wbsync::compiled, and what its sources need and users do not: CLI11 for the program.
find_package(CLI11 QUIET)
if(NOT CLI11_FOUND)
    if(PROJECT_IS_TOP_LEVEL)
        message(FATAL_ERROR "CLI11 was not found. On Debian and Ubuntu: apt-get install libcli11-dev.")
    endif()
    message(STATUS "wbsync: there is no target wbsync::compiled, because CLI11 was not found (on "
                   "Debian and Ubuntu: apt-get install libcli11-dev)")
    return()
endif()

file(GLOB_RECURSE wbsync_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/*.cpp)
add_library(wbsync_compiled STATIC ${wbsync_sources})
add_library(wbsync::compiled ALIAS wbsync_compiled)
set_target_properties(wbsync_compiled PROPERTIES OUTPUT_NAME wbsync EXPORT_NAME compiled)
if(NOT WBSYNC_INSTALL)
    set_target_properties(wbsync_compiled PROPERTIES EXCLUDE_FROM_ALL ON)
endif()

target_compile_features(wbsync_compiled PUBLIC cxx_std_20)
target_compile_definitions(wbsync_compiled PUBLIC WBSYNC_COMPILED)
target_compile_options(wbsync_compiled PRIVATE $<$<CONFIG:>:-O2>) # where no build type is chosen
target_include_directories(
    wbsync_compiled PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                           $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(
    wbsync_compiled
    PUBLIC fmt::fmt Boost::headers ${CMAKE_DL_LIBS}
    PRIVATE $<BUILD_INTERFACE:Relacy::relacy> $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>
            $<BUILD_INTERFACE:CLI11::CLI11>)
