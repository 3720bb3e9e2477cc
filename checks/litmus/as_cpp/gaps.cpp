// SPDX-License-Identifier: BSD-3-Clause
#include "gaps.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace as_cpp {

namespace {

using namespace wbsync::litmus;

constexpr int anywhere = -1;

/// The location that a call accesses; `anywhere`: one that is computed.
int location_of(const expression& call) {
    const expression& x = call.args[static_cast<std::size_t>(call.function->location_argument())];
    return x.what == expression::kind::address ? x.index : anywhere;
}

/// Calls `visit` for each call of a thread, in program order.
template <class F>
void for_each_call(const expression& e, const F& visit) {
    for (const expression& a : e.args)
        for_each_call(a, visit);
    if (e.what == expression::kind::call)
        visit(e);
}
template <class F>
void for_each_call(const statement& s, const F& visit) {
    for_each_call(s.place, visit);
    for_each_call(s.value, visit);
    for (const statement& i : s.inner)
        for_each_call(i, visit);
}

/// What threads do with the locations.
struct accesses {
    std::set<int> read;
    std::set<int> written;

    void add(const process& p) {
        for_each_call(p.body, [&](const expression& e) {
            if (e.function->has_location() && e.function->reads())
                read.insert(location_of(e));
            if (e.function->has_location() && e.function->writes())
                written.insert(location_of(e));
        });
    }
    static bool has(const std::set<int>& some, int x) {
        return some.count(x) != 0 || some.count(anywhere) != 0 || (x == anywhere && !some.empty());
    }
};

/// Goes over a thread in program order. A read that the library does not perform late is a gap if
/// it could see what another thread writes because of a store that follows.
class finder {
public:
    finder(const accesses& others, std::set<std::string>& found) : others_(others), found_(found) {}

    void run(const statement& s) {
        run(s.place);
        run(s.value);
        if (s.what == statement::kind::await)
            open("a late end of a wait", location_of(s.place));
        if (s.what != statement::kind::branch) {
            for (const statement& i : s.inner)
                run(i);
            return;
        }
        const std::set<std::string> before = open_;
        run(s.inner[0]);
        const std::set<std::string> after_first = std::exchange(open_, before);
        run(s.inner[1]);
        open_.insert(after_first.begin(), after_first.end());
    }

private:
    void run(const expression& e) {
        for_each_call(e, [&](const expression& c) { call(c); });
    }

    void call(const expression& e) {
        const builtin& f = *e.function;
        const bool may_fail = f.what == action::compare || f.what == action::add_unless ||
                              f.what == action::spin_trylock;
        if (f.is_full_fence() && !may_fail)
            open_.clear();
        if (!f.has_location())
            return;
        if (f.writes() && !wbsync::engine::releases(f.order) &&
            accesses::has(others_.read, location_of(e)))
            found_.insert(open_.begin(), open_.end());
        if ((f.what == action::compare && names_register(e.args[1])) ||
            (f.what == action::add_unless && names_register(e.args.back())))
            found_.insert("an expected value, on which all later stores depend");
        if (f.what == action::spin_trylock)
            open("a spin_trylock() that fails late", location_of(e));
    }

    void open(const char* what, int x) {
        if (accesses::has(others_.written, x))
            open_.insert(what);
    }

    static bool names_register(const expression& e) {
        return e.what == expression::kind::reg ||
               std::any_of(e.args.begin(), e.args.end(), names_register);
    }

    const accesses& others_;
    std::set<std::string>& found_;
    std::set<std::string> open_; ///< with no store after it so far
};

} // namespace

std::vector<std::string> gaps(const litmus_test& test) {
    std::set<std::string> found;
    for (std::size_t i = 0; i != test.processes.size(); ++i) {
        accesses others;
        for (std::size_t j = 0; j != test.processes.size(); ++j)
            if (j != i)
                others.add(test.processes[j]);
        finder(others, found).run(test.processes[i].body);
    }
    return {found.begin(), found.end()};
}

std::vector<std::string> surpluses(const litmus_test& test) {
    for (const process& p : test.processes) {
        bool adds = false;
        bool fence = false;
        for_each_call(p.body, [&](const expression& e) {
            const builtin& f = *e.function;
            adds = adds || f.what == action::add_unless;
            fence = fence ||
                    (f.what == action::full_fence &&
                     (f.fence == fence_kind::before_atomic || f.fence == fence_kind::after_atomic));
        });
        if (adds && fence)
            return {"a barrier beside an atomic_add_unless() that changes nothing"};
    }
    return {};
}

} // namespace as_cpp
