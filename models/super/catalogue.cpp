// SPDX-License-Identifier: BSD-3-Clause
#include "models/all.hpp"
#include "models/super/super.hpp"

using namespace wbsync::catalogue;
using namespace wbsync::models::super;

WBSYNC_FAMILY(super) {
    const auto mounts = bounds{}.parameters();
    return {
        {.version = "super/device",
         .commit = "2c18a63b760a",
         .release = "6.5",
         .summary = "the old superblock is not found any more, and its device is still open",
         .parameters = mounts,
         .expected = sc_and_weak(fails({"EBUSY"})),
         .check = checks<mount_meets_umount<form::early, kind::on_a_device>, bounds>},
        {.version = "super/device+2c18",
         .commit = "2c18a63b760a",
         .release = "6.6",
         .summary = "it is found until it is dead, and the mount waits for that",
         .parameters = mounts,
         .expected = sc_and_weak(holds),
         .check = checks<mount_meets_umount<form::past_kill, kind::on_a_device>, bounds>},
        {.version = "super/device+2c18",
         .question = "assert",
         .commit = "2c18a63b760a",
         .release = "6.6-rc1",
         .summary = "and asserts something of it after put_super()",
         .parameters = mounts,
         .expected = sc_and_weak(fails({"use-after-free"})),
         .check = checks<mount_meets_umount<form::looks_back, kind::on_a_device>, bounds>},
        {.version = "super/device+in_kill",
         .commit = "dc3216b14160",
         .release = "mutant",
         .summary = "dead before its device is closed",
         .parameters = mounts,
         .expected = sc_and_weak(fails({"EBUSY"})),
         .check = checks<mount_meets_umount<form::in_kill, kind::on_a_device>, bounds>},
        {.version = "super/keyed",
         .commit = "2c18a63b760a",
         .release = "6.5",
         .summary = "not found any more before s_fs_info goes",
         .parameters = mounts,
         .expected = sc_and_weak(holds),
         .check = checks<mount_meets_umount<form::early, kind::keyed>, bounds>},
        {.version = "super/keyed+2c18",
         .commit = "2c18a63b760a",
         .release = "6.6-rc1",
         .summary = "found, and compared by its s_fs_info, which ->kill_sb() has freed",
         .parameters = mounts,
         .expected = sc_and_weak(fails({"use-after-free"})),
         .check = checks<mount_meets_umount<form::past_kill, kind::keyed>, bounds>},
        {.version = "super/keyed+dc32",
         .commit = "dc3216b14160",
         .release = "6.6-rc1",
         .summary = "dead before s_fs_info goes",
         .parameters = mounts,
         .expected = sc_and_weak(holds),
         .check = checks<mount_meets_umount<form::in_kill, kind::keyed>, bounds>},
    };
}
