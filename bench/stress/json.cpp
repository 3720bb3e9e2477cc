// SPDX-License-Identifier: BSD-3-Clause
#include "bench/stress/report.hpp"

#include <thread>

#include <nlohmann/json.hpp>

namespace wbsync::bench {
namespace {

using json = nlohmann::ordered_json;

const char* name_of(ending e) {
    switch (e) {
    case ending::clean: return "clean";
    case ending::violated: return "violated";
    case ending::crashed: return "crashed";
    default: return "stuck";
    }
}

json json_of(const attempt& a) {
    json j{{"end", name_of(a.end)}, {"umounts", a.runs}, {"seconds", a.seconds}};
    if (a.end != ending::clean) {
        j["property"] = a.property;
        j["message"] = a.message;
        j["seed"] = a.seed;
    }
    return j;
}

json json_of(const stressed& s) {
    return {{"model", s.what.model.name()},
            {"commit", s.what.model.commit},
            {"checker",
             {{"sc", {{"verdict", s.what.sc.str()}, {"executions", s.what.executions_sc}}},
              {"weak", {{"verdict", s.what.weak.str()}, {"executions", s.what.executions_weak}}}}},
            {"possible_here", s.what.is_possible_here()},
            {"threads", json_of(s.plain)},
            {"threads_with_delays", json_of(s.delayed)},
            {"as_expected", s.as_expected()}};
}

} // namespace

std::string json_of(const std::vector<stressed>& all, const stress_settings& with) {
    json models = json::array();
    for (const stressed& s : all)
        models.push_back(json_of(s));
    const json j{{"architecture", architecture},
                 {"cpus", std::thread::hardware_concurrency()},
                 {"seconds", with.seconds},
                 {"seed", with.seed},
                 {"delay_probability", with.delay_probability},
                 {"longest_delay", with.longest_delay},
                 {"models", models}};
    return j.dump(2) + "\n";
}

} // namespace wbsync::bench
