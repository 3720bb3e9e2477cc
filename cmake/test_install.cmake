# A CTest: the stand-alone example, built and run with an installed copy.
# Arguments: those of outside_project.cmake, source_dir pattern
include(${CMAKE_CURRENT_LIST_DIR}/outside_project.cmake)

build_outside(standalone ${source_dir}/examples/standalone)
run(${built}/store_buffering)

# The shapes are not part of <wbsync/wbsync.hpp>: are they installed? Whether it compiles is enough.
run(${compiler} -std=c++20 -Werror -fsyntax-only -DWBSYNC_SHARED_ENGINE -I${prefix}/include ${pattern})
