// SPDX-License-Identifier: BSD-3-Clause
#include "models/all.hpp"
#include "models/fserror/fserror.hpp"

using namespace wbsync::catalogue;
using namespace wbsync::models::fserror;

WBSYNC_FAMILY(fserror) {
    const auto reporters = bounds{}.parameters();
    return {
        {.version = "fserror/report",
         .commit = "21945e6cb516",
         .release = "7.0",
         .summary = "a count that starts with 1; taken unless it is 0",
         .parameters = reporters,
         .expected = {{"sc", holds}, {"weak", fails({"P1", "P5"})}},
         .check = checks<fserror<>, bounds>},
        {.version = "fserror/report+mb",
         .commit = "21945e6cb516",
         .release = "mutant",
         .summary = "a full barrier before the wake-up",
         .parameters = reporters,
         .expected = {{"sc", holds}, {"weak", fails({"P1"})}},
         .check = checks<fserror<form{.mb_before_wake = true}>, bounds>},
        {.version = "fserror/report+mb+cgwb",
         .commit = "21945e6cb516",
         .release = "mutant",
         .summary = "and that of cgroup writeback before inodes are evicted",
         .parameters = reporters,
         .expected = sc_and_weak(holds),
         .check =
             checks<fserror<form{.mb_before_wake = true, .mb_before_evicting = true}>, bounds>},
        {.version = "fserror/report+acquire",
         .commit = "21945e6cb516",
         .release = "mutant",
         .summary = "umount reads the count with acquire",
         .parameters = reporters,
         .expected = {{"sc", holds}, {"weak", fails({"P5"})}},
         .check = checks<fserror<form{.acquire = true}>, bounds>},
        {.version = "fserror/report+mb+acquire",
         .commit = "21945e6cb516",
         .release = "mutant",
         .summary = "a full barrier before the wake-up, and acquire",
         .parameters = reporters,
         .expected = sc_and_weak(holds),
         .check = checks<fserror<form{.mb_before_wake = true, .acquire = true}>, bounds>},
        {.version = "fserror/report-order",
         .commit = "21945e6cb516",
         .release = "mutant",
         .summary = "both, and the event is given up before the inode",
         .parameters = reporters,
         .expected = sc_and_weak(fails({"P1", "P2"})),
         .check =
             checks<fserror<form{.mb_before_wake = true, .acquire = true, .event_first = true}>,
                    bounds>},
        {.version = "fserror/report-bias",
         .commit = "21945e6cb516",
         .release = "mutant",
         .summary = "both, and the count starts with 0",
         .parameters = reporters,
         .expected = {{"sc", holds}, {"weak", fails({"P1", "P2"})}},
         .check = checks<fserror<form{.mb_before_wake = true, .acquire = true, .unbiased = true}>,
                         bounds>},
        {.version = "fserror/report-bias+mb",
         .commit = "21945e6cb516",
         .release = "mutant",
         .summary = "that with barriers between count and SB_ACTIVE",
         .parameters = reporters,
         .expected = sc_and_weak(holds),
         .check = checks<
             fserror<form{
                 .mb_before_wake = true, .acquire = true, .unbiased = true, .mb_of_count = true}>,
             bounds>},
    };
}
