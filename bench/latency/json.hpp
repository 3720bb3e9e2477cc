// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/latency/report.hpp"

#include <string>

#include <nlohmann/json.hpp>

namespace wbsync::bench {

using json = nlohmann::ordered_json;

inline json json_of(const percentiles& p) {
    return {{"mean", p.mean}, {"p50", p.p50}, {"p95", p.p95}, {"p99", p.p99}, {"max", p.max}};
}

/// Includes every umount, so that anything else can be computed from it.
inline json latencies_json(const samples& s, double sample::*part) {
    json all = json_of(percentiles_of(s.of(part)));
    all["samples"] = s.of(part);
    return all;
}

inline json json_of(const version& v, const samples& s) {
    return {{"version", v.name},
            {"commit", v.commit},
            {"umounts", s.umounts.size()},
            {"umount_us", latencies_json(s, &sample::umount)},
            {"cgroup_writeback_umount_us", latencies_json(s, &sample::cgroup_writeback_umount)},
            {"umounts_that_waited", s.waited()},
            {"grace_periods_waited_for_by_umount", v.synchronizes ? s.waited() : 0},
            {"flushes_waited_for_by_umount", s.flushes},
            {"grace_periods_of_all_threads", s.grace_periods},
            {"background_rounds", s.rounds},
            {"violations", s.violations}};
}

inline json json_of(const setting& s) {
    return {{"background", s.background},
            {"inodes", s.inodes},
            {"target", name_of(s.target)},
            {"grace_period", s.grace.str()},
            {"hold_us", s.grace.hold ? json(s.grace.hold->count()) : json()},
            {"readers", s.grace.hold ? s.readers : 0},
            {"pinned", s.pinned}};
}

inline json json_of(const table& t) {
    json all = json_of(t.how);
    for (std::size_t v = 0; v != versions.size(); ++v)
        all["versions"].push_back(json_of(versions[v], t.of[v]));
    for (const quotient& q : quotients)
        all["ratios"][q.name] = q.in(t);
    return all;
}

inline std::string json_text(const report& r) {
    json all{
        {"program", "umount_latency"},
        {"machine", {{"cpus", r.on.cpus}, {"compiler", r.on.compiler}}},
        {"rcu", r.on.rcu},
        {"options", {{"shutdowns", r.how.shutdowns}, {"turn", r.how.turn}, {"seed", r.how.seed}}}};
    for (const table& t : r.tables)
        all["settings"].push_back(json_of(t));
    return all.dump(1) + "\n";
}

} // namespace wbsync::bench
