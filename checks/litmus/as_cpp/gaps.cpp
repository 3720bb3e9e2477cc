// SPDX-License-Identifier: BSD-3-Clause
#include "gaps.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace as_cpp {

namespace {

using namespace wbsync::litmus;

/// Goes over a thread in program order. What could be performed late is a gap as soon as a store
/// follows that it could read from.
class finder {
public:
    finder(const litmus_test& test, std::set<std::string>& found) : test_(test), found_(found) {}

    void run(const statement& s) {
        run(s.place);
        run(s.value);
        if (s.what == statement::kind::await)
            open_.insert("a late end of a wait");
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
        for (const expression& a : e.args)
            run(a);
        if (e.what != expression::kind::call)
            return;
        const builtin& f = *e.function;
        if (f.is_full_fence() && f.what != action::compare && f.what != action::add_unless) {
            open_.clear();
            return store(f);
        }
        store(f);
        if ((f.what == action::compare && names_register(e.args[1])) ||
            (f.what == action::add_unless && names_register(e.args.back())))
            found_.insert("an expected value, on which all later stores depend");
        if (f.what == action::load && leads_to_pointer(e))
            open_.insert("a late load of a pointer");
        if (changes(f) && !surely_acquires(f))
            open_.insert("a late read-modify-write");
    }

    void store(const builtin& f) {
        if (f.writes())
            found_.insert(open_.begin(), open_.end());
    }

    [[nodiscard]] bool leads_to_pointer(const expression& e) const {
        const expression& x = e.args.front();
        return x.what != expression::kind::address ||
               test_.locations[static_cast<std::size_t>(x.index)].initial >= first_address;
    }
    static bool names_register(const expression& e) {
        return e.what == expression::kind::reg ||
               std::any_of(e.args.begin(), e.args.end(), names_register);
    }
    static bool changes(const builtin& f) {
        return f.reads() && f.writes() && f.what != action::spin_lock;
    }
    /// Those that fail do not.
    static bool surely_acquires(const builtin& f) {
        return wbsync::engine::acquires(f.order) && f.what != action::compare &&
               f.what != action::add_unless && f.what != action::spin_trylock;
    }

    const litmus_test& test_;
    std::set<std::string>& found_;
    std::set<std::string> open_; ///< with no store after it so far
};

} // namespace

std::vector<std::string> gaps(const litmus_test& test) {
    std::set<std::string> found;
    for (const process& p : test.processes)
        finder(test, found).run(p.body);
    return {found.begin(), found.end()};
}

} // namespace as_cpp
