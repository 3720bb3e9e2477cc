// SPDX-License-Identifier: BSD-3-Clause
// Writes the litmus tests of a collection as programs in C++, to be compiled with run.cpp.
#include <wbsync/report/json.hpp>

#include "generate.hpp"

#include "tools/litmus/condition.hpp"
#include "tools/litmus/kernel_answer.hpp"
#include "tools/litmus/parser.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using namespace wbsync::litmus;
using wbsync::report::json;

struct settings {
    std::vector<std::string> tests;
    std::string folder;
    int every = 1;
    int per_file = 200;
    std::string flaw = "none";

    [[nodiscard]] as_cpp::flaw without() const {
        return flaw == "branch"       ? as_cpp::flaw::no_branch
               : flaw == "dependency" ? as_cpp::flaw::no_dependency
                                      : as_cpp::flaw::none;
    }
};

/// The files that are written.
class output {
public:
    explicit output(const settings& with) : with_(with) {}

    /// `states`: all final states that there are.
    void add(const litmus_test& test, const std::string& file,
             const std::vector<std::string>& states) {
        const as_cpp::program p = as_cpp::generate(test, file, in_file_, states, with_.without());
        if (!p.why_not.empty()) {
            ++left_out_[p.why_not];
            return;
        }
        code_ += p.code + "\n";
        entries_ += "    " + p.entry + ",\n";
        if (++in_file_ == with_.per_file)
            end_file();
    }

    void end() {
        if (in_file_ != 0)
            end_file();
        std::string declared;
        std::string all;
        for (int i = 0; i != files_; ++i) {
            declared += fmt::format("extern const as_cpp::tests tests_{};\n", i);
            all += fmt::format("&tests_{}, ", i);
        }
        std::string reasons;
        for (const auto& [reason, tests] : left_out_)
            reasons += fmt::format("    {{\"{}\", {}}},\n", reason, tests);
        write("table.cpp",
              fmt::format("{}\nstd::vector<const as_cpp::tests*> as_cpp::all_tests() {{\n"
                          "    return {{{}}};\n}}\n\n"
                          "std::vector<as_cpp::left_out> as_cpp::all_left_out() {{\n"
                          "    return {{\n{}    }};\n}}\n",
                          declared, all, reasons));
    }

private:
    void end_file() {
        write(fmt::format("tests_{}.cpp", files_),
              fmt::format("namespace {{\n\nusing namespace as_cpp;\n\n{}}} // namespace\n\n"
                          "extern const as_cpp::tests tests_{};\n"
                          "const as_cpp::tests tests_{}{{\n{}}};\n",
                          code_, files_, files_, entries_));
        ++files_;
        in_file_ = 0;
        code_.clear();
        entries_.clear();
    }

    void write(const std::string& name, const std::string& text) const {
        std::ofstream out(with_.folder + "/" + name);
        out << "#include \"checks/litmus/as_cpp/model.hpp\"\n\n" << text;
        if (!out.flush())
            throw std::runtime_error("cannot write " + with_.folder + "/" + name);
    }

    const settings& with_;
    int files_ = 0;
    int in_file_ = 0;
    std::string code_;
    std::string entries_;
    std::map<std::string, int> left_out_;
};

/// The tests of a collection, one on each line, with the states that herd7 has.
void add_collection(const std::string& path, const settings& with, output& out) {
    std::ifstream in(path);
    if (!in)
        throw std::runtime_error("cannot read " + path);
    int number = 0;
    for (std::string line; std::getline(in, line);) {
        const json expected = json::parse(line);
        if (expected["race"].get<bool>() || number++ % with.every != 0)
            continue; // the states of a test with a race mean nothing
        std::vector<std::string> states;
        for (const json& s : expected["states"])
            states.push_back(s.get<std::string>());
        out.add(parse(expected["source"].get<std::string>()), expected["file"].get<std::string>(),
                states);
    }
}

std::string text_of_file(const std::string& path) {
    std::ifstream in(path);
    if (!in)
        throw std::runtime_error("cannot read " + path);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// A test in a file of its own, with the states that the kernel's model has in `wbsync litmus`.
void add_test(const std::string& path, output& out) {
    const litmus_test test = parse(text_of_file(path));
    const kernel_answer known = ask_kernel_model(test, deadline());
    if (!known.race.empty() || !known.error.empty())
        return; // its states mean nothing
    if (!known.all_states)
        throw std::runtime_error("not all states are known of " + path);
    std::vector<std::string> states;
    for (const final_state& s : known.states)
        states.push_back(describe(test, s));
    out.add(test, path.substr(path.rfind('/') + 1), states);
}

void generate(const settings& with) {
    output out(with);
    for (const std::string& path : with.tests)
        if (path.ends_with(".jsonl"))
            add_collection(path, with, out);
        else
            add_test(path, out);
    out.end();
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"Writes litmus tests as programs in C++, with the final states that herd7 has."};
    settings with;
    app.add_option("tests", with.tests, "states.jsonl of a collection, or *.litmus")->required();
    app.add_option("--to", with.folder, "Folder to write tests_*.cpp and table.cpp into")
        ->required();
    app.add_option("--every", with.every,
                   "Of a collection, only each so manyth test without a race")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    app.add_option("--per-file", with.per_file, "Tests in one file, at most")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    app.add_option("--without", with.flaw, "A flaw, to see that it is found: branch or dependency")
        ->check(CLI::IsMember({"none", "branch", "dependency"}));
    CLI11_PARSE(app, argc, argv);
    try {
        generate(with);
    } catch (const std::exception& e) {
        fmt::print(stderr, "{}\n", e.what());
        return 2;
    }
    return 0;
}
