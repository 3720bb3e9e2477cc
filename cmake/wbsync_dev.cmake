# What our own executables share and users never see: warnings, precompiled headers, the main() of
# the tests.

# All sources that match a pattern. New files are picked up by the next build; an empty folder is a
# mistake and not a silent "nothing to test".
function(wbsync_glob result pattern)
    file(GLOB sources CONFIGURE_DEPENDS ${pattern})
    if(NOT sources)
        message(FATAL_ERROR "No source matches ${pattern}. Switch that part off "
                            "(WBSYNC_BUILD_TESTS, _TOOLS, _BENCH, _EXAMPLES) or add one.")
    endif()
    set(${result} ${sources} PARENT_SCOPE)
endfunction()

add_library(wbsync_warnings INTERFACE)
target_compile_options(wbsync_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                                 $<$<BOOL:${WBSYNC_WERROR}>:-Werror>)

# In this repository its warnings count, too.
target_link_libraries(wbsync_compiled PRIVATE $<BUILD_INTERFACE:wbsync_warnings>)

# A build with an engine that is broken on purpose: its tests are to fail. wbsync-mutants does the
# same for all of them, in one program.
set(WBSYNC_ENGINE_MUTANT "" CACHE STRING
    "Flaw to build into the engine, one of include/wbsync/engine/mutants.hpp; empty: none")
if(WBSYNC_ENGINE_MUTANT)
    target_compile_definitions(wbsync_compiled PUBLIC WBSYNC_ENGINE_MUTANT=${WBSYNC_ENGINE_MUTANT})
endif()

# The repository root is on the include path for "models/writeback/isw_v6.hpp" and its like.
add_library(wbsync_dev INTERFACE)
target_include_directories(wbsync_dev INTERFACE ${PROJECT_SOURCE_DIR})
target_link_libraries(wbsync_dev INTERFACE wbsync_compiled wbsync_warnings)

# A precompiled header belongs to a target: these two have no other purpose. They are built only
# when somebody reuses them.
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/precompiled.cpp CONTENT "")

add_library(wbsync_pch OBJECT EXCLUDE_FROM_ALL ${PROJECT_BINARY_DIR}/precompiled.cpp)
target_link_libraries(wbsync_pch PRIVATE wbsync_dev)
target_precompile_headers(wbsync_pch PRIVATE <wbsync/wbsync.hpp> <fmt/format.h> <fmt/ranges.h>)

if(WBSYNC_BUILD_TESTS OR WBSYNC_BUILD_EXAMPLES)
    find_package(doctest REQUIRED)
    # Tests are compiled more often than they are run: they stop at -O1.
    add_library(wbsync_quick_build INTERFACE)
    target_compile_options(wbsync_quick_build INTERFACE $<$<CONFIG:Release>:-O1>)

    add_library(wbsync_test_pch OBJECT EXCLUDE_FROM_ALL ${PROJECT_BINARY_DIR}/precompiled.cpp)
    target_link_libraries(wbsync_test_pch PRIVATE wbsync_dev wbsync_quick_build doctest::doctest)
    target_precompile_headers(wbsync_test_pch PRIVATE <wbsync/wbsync.hpp> <doctest/doctest.h>
                              <fmt/format.h> <fmt/ranges.h>)

    # doctest and its main(), compiled once.
    # No precompiled header here, doctest.h has to see DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN first.
    add_library(wbsync_doctest_main STATIC EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/checks/support/main.cpp)
    target_link_libraries(wbsync_doctest_main PRIVATE wbsync_dev PUBLIC doctest::doctest)

    add_library(wbsync_test INTERFACE)
    target_link_libraries(wbsync_test INTERFACE wbsync_dev wbsync_quick_build wbsync_doctest_main
                                              doctest::doctest)
endif()

# The models and tests of the native platform: no engine, and nothing precompiled.
if(TARGET wbsync_native)
    add_library(wbsync_native_dev INTERFACE)
    target_include_directories(wbsync_native_dev INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(wbsync_native_dev INTERFACE wbsync_native wbsync_warnings)
endif()

# wbsync_expect(NAME STATUS SAYS COMMAND...): a CTest of a command that has to end with this status
# (a number, or "error" for any but 0) and to say something that matches.
function(wbsync_expect name status says)
    add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -D status=${status} -D says=${says} -P
                                  ${PROJECT_SOURCE_DIR}/cmake/expect.cmake -- ${ARGN})
    set_tests_properties(${name} PROPERTIES TIMEOUT 300)
endfunction()
