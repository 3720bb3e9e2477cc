// SPDX-License-Identifier: BSD-3-Clause
#include "names.hpp"

#include <algorithm>
#include <cctype>

namespace as_cpp {

namespace {

using namespace wbsync::litmus;

std::string identifier(std::string name) {
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0 && c != '_'; },
        '_');
    // What the functions have besides.
    return name == "test" || name == "number" || name.starts_with("taken") ? name + "_" : name;
}

/// Finds out what the registers of a thread hold.
class registers {
public:
    registers(const process& p, const std::vector<object>& objects)
        : objects_(objects), locals_(p.registers.size()), assigned_(p.registers.size(), 0) {
        for (std::size_t r = 0; r != locals_.size(); ++r) {
            locals_[r].name = identifier(p.registers[r]);
            for (const object& o : objects)
                if (o.name == locals_[r].name)
                    locals_[r].name += "_";
            if (p.initial[r] >= first_address)
                throw not_expressible{"a register with an address at first"};
            initial_.push_back(p.initial[r] != 0);
        }
        run(p.body, true);
        // Those that are assigned further down may make pointers of those that come before.
        run(p.body, true);
        for (std::size_t r = 0; r != locals_.size(); ++r)
            locals_[r].constant = locals_[r].constant && assigned_[r] == 2 && !initial_[r];
    }

    std::vector<local> take() { return std::move(locals_); }

private:
    local& at(int r) { return locals_[static_cast<std::size_t>(r)]; }

    /// `always`: in every execution of the thread.
    void run(const statement& s, bool always) {
        look(s.place);
        look(s.value);
        if (s.target >= 0)
            assign(s, always);
        for (const statement& i : s.inner)
            run(i, always && s.what != statement::kind::branch);
    }

    void assign(const statement& s, bool always) {
        local& to = at(s.target);
        to.constant = always && (to.constant || !to.used);
        to.used = true;
        ++assigned_[static_cast<std::size_t>(s.target)];
        if (s.what == statement::kind::await)
            return;
        if (holds_pointer(s.value))
            to.what = local::kind::pointer;
        if (s.value.what == expression::kind::call && s.value.function->what == action::srcu_lock)
            to.what = local::kind::cookie;
    }

    void look(const expression& e) {
        if (e.what == expression::kind::reg)
            at(e.index).used = true;
        for (const expression& a : e.args)
            look(a);
    }

    bool holds_pointer(const expression& e) {
        switch (e.what) {
        case expression::kind::address: return true;
        case expression::kind::reg: return at(e.index).what == local::kind::pointer;
        case expression::kind::call: break;
        default: return false;
        }
        const builtin& f = *e.function;
        if (f.what != action::load && f.what != action::exchange)
            return false;
        const expression& x = e.args.front();
        return x.what == expression::kind::address &&
               objects_[static_cast<std::size_t>(x.index)].what == object::kind::pointer;
    }

    const std::vector<object>& objects_;
    std::vector<local> locals_;
    std::vector<int> assigned_; ///< how often, in two rounds
    std::vector<bool> initial_; ///< not 0 at first
};

} // namespace

std::vector<object> objects_of(const litmus_test& test) {
    std::vector<object> all;
    std::size_t numbers[4] = {};
    for (const location& x : test.locations) {
        const auto what = x.what == location::kind::spinlock ? object::kind::lock
                          : x.what == location::kind::srcu   ? object::kind::domain
                          : x.initial >= first_address       ? object::kind::pointer
                                                             : object::kind::variable;
        all.push_back({what, numbers[static_cast<std::size_t>(what)]++, identifier(x.name)});
    }
    return all;
}

std::vector<local> locals_of(const process& p, const std::vector<object>& objects) {
    return registers(p, objects).take();
}

} // namespace as_cpp
