// SPDX-License-Identifier: BSD-3-Clause
#include "models/catalogue.hpp"
#include "models/erofs/fileio.hpp"
#include "models/families.hpp"

#include <vector>

namespace wbsync::models::erofs {

struct variant {
    const char* name;
    const char* release;
    const char* summary;
    const char* fails = "";          ///< with direct IO; empty: nothing
    const char* fails_buffered = ""; ///< without
};

template <form Form>
void add(std::vector<model>& to, const variant& v) {
    to.push_back({v.name,
                  "1caf50ce4af0",
                  v.release,
                  v.summary,
                  {{"direct", "1: direct IO, which completes elsewhere", 1, 0, 1}},
                  [v](memory_kind, const parameter_values& p) {
                      const char* fails = p.at("direct") != 0 ? v.fails : v.fails_buffered;
                      return *fails == '\0' ? expectation{} : expectation{verdict::finding, fails};
                  },
                  [](const options& o, const parameter_values& p) {
                      return wbsync::check<fileio<Form>>(o, p.at("direct") != 0);
                  }});
}

void add_models(std::vector<model>& to) {
    add<form::by_completion>(
        to, {"erofs/fileio", "6.12", "the completion frees the request", "use-after-free"});
    add<form::by_the_last>(
        to, {"erofs/fileio+1caf", "7.0-rc1", "the last of submitter and completion frees it"});
    add<form::one_reference>(to, {"erofs/fileio+1caf-ref", "mutant",
                                  "submitter and completion share one reference", "use-after-free",
                                  "use-after-free"});
    add<form::never_by_submit>(to,
                               {"erofs/fileio+1caf-free", "mutant",
                                "the submitter does not free what it drops last", "leak", "leak"});
}

} // namespace wbsync::models::erofs
