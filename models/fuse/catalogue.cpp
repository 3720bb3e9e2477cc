// SPDX-License-Identifier: BSD-3-Clause
#include "models/all.hpp"
#include "models/fuse/connection.hpp"

using namespace wbsync::catalogue;
using namespace wbsync::models::fuse;

WBSYNC_FAMILY(fuse) {
    const auto requests = bounds{}.parameters();
    return {
        {.version = "fuse/umount",
         .commit = "b8f95e5d13f5",
         .release = "4.18",
         .summary = "umount aborts requests, and does not wait for their end",
         .parameters = requests,
         .expected = sc_and_weak(fails({"P1", "P2"})),
         .check = checks<umount_of_fuse<form::no_wait>, bounds>},
        {.version = "fuse/umount+b8f9",
         .commit = "b8f95e5d13f5",
         .release = "4.19-rc1",
         .summary = "umount waits; whether to wake it is decided before the decrement",
         .parameters = requests,
         .expected = {{"sc", fails({"P5"})}, {"weak", fails({"P1", "P2", "P5"})}},
         .check = checks<umount_of_fuse<form::decides_early>, bounds>},
        {.version = "fuse/umount+2d84",
         .commit = "2d84a2d19b61",
         .release = "4.20-rc3",
         .summary = "the decrement comes first",
         .parameters = requests,
         .expected = sc_and_weak(holds),
         .check = checks<umount_of_fuse<form::decides_late>, bounds>},
        {.version = "fuse/umount+2d84-mb",
         .commit = "2d84a2d19b61",
         .release = "mutant",
         .summary = "no barrier in the waiter: wait_event() has one",
         .parameters = requests,
         .expected = sc_and_weak(holds),
         .check = checks<umount_of_fuse<form::late_without_mb>, bounds>},
        {.version = "fuse/umount+2d84-dec",
         .commit = "2d84a2d19b61",
         .release = "mutant",
         .summary = "a decrement that is a release only",
         .parameters = requests,
         .expected = {{"sc", holds}, {"weak", fails({"P5"})}},
         .check = checks<umount_of_fuse<form::late_release>, bounds>},
        {.version = "fuse/umount+2d84-d_lock",
         .commit = "2d84a2d19b61",
         .release = "mutant",
         .summary = "no lock between the wait and the look at the inodes",
         .parameters = requests,
         .expected = {{"sc", holds}, {"weak", fails({"P1", "P2"})}},
         .check = checks<umount_of_fuse<form::late_without_d_lock>, bounds>},
        {.version = "fuse/umount+2d84-d_lock+acquire",
         .commit = "2d84a2d19b61",
         .release = "mutant",
         .summary = "that, and the waiter's condition is an acquire load",
         .parameters = requests,
         .expected = sc_and_weak(holds),
         .check = checks<umount_of_fuse<form::late_acquire>, bounds>},
    };
}
