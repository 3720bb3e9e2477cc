// SPDX-License-Identifier: BSD-3-Clause
#include "models/all.hpp"
#include "models/erofs/fileio.hpp"

using namespace wbsync::catalogue;
using namespace wbsync::models::erofs;

WBSYNC_FAMILY(erofs) {
    const char* const commit = "1caf50ce4af0";
    const auto direct = bounds{}.parameters();
    const auto if_direct = [](const parameter_values& p) { return p.at("direct") != 0; };
    return {
        {.version = "erofs/fileio",
         .commit = commit,
         .release = "6.12",
         .summary = "the completion frees the request",
         .parameters = direct,
         .expected = sc_and_weak(fails({"use-after-free"}, if_direct)),
         .check = checks<fileio<form::by_completion>, bounds>},
        {.version = "erofs/fileio+1caf",
         .commit = commit,
         .release = "7.0-rc1",
         .summary = "the last of submitter and completion frees it",
         .parameters = direct,
         .expected = sc_and_weak(holds),
         .check = checks<fileio<form::by_the_last>, bounds>},
        {.version = "erofs/fileio+1caf-ref",
         .commit = commit,
         .release = "mutant",
         .summary = "submitter and completion share one reference",
         .parameters = direct,
         .expected = sc_and_weak(fails({"use-after-free"})),
         .check = checks<fileio<form::one_reference>, bounds>},
        {.version = "erofs/fileio+1caf-free",
         .commit = commit,
         .release = "mutant",
         .summary = "the submitter does not free what it drops last",
         .parameters = direct,
         .expected = sc_and_weak(fails({"leak"})),
         .check = checks<fileio<form::never_by_submit>, bounds>},
    };
}
