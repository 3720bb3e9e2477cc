// SPDX-License-Identifier: BSD-3-Clause
// Writes the litmus tests of a collection as programs in C++, to be compiled with run.cpp.
#include <wbsync/report/json.hpp>

#include "generate.hpp"

#include "tools/litmus/parser.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using wbsync::report::json;

struct settings {
    std::string tests;
    std::string folder;
    int every = 1;
    int per_file = 100;
    std::string flaw = "none";
    std::string only;

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

    void add(const json& expected) {
        const auto file = expected["file"].get<std::string>();
        std::vector<std::string> states;
        for (const json& s : expected["states"])
            states.push_back(s.get<std::string>());
        const as_cpp::program p =
            as_cpp::generate(wbsync::litmus::parse(expected["source"].get<std::string>()), file,
                             in_file_, states, with_.without());
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

void generate(const settings& with) {
    std::ifstream in(with.tests);
    if (!in)
        throw std::runtime_error("cannot read " + with.tests);
    output out(with);
    int number = 0;
    for (std::string line; std::getline(in, line);) {
        const json expected = json::parse(line);
        if (expected["race"].get<bool>()) // its states mean nothing
            continue;
        if (number++ % with.every == 0 &&
            (with.only.empty() || expected["file"].get<std::string>() == with.only))
            out.add(expected);
    }
    out.end();
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"Writes litmus tests as programs in C++, with the final states that herd7 has."};
    settings with;
    app.add_option("tests", with.tests, "states.jsonl of a collection")->required();
    app.add_option("folder", with.folder, "Where to write tests_*.cpp and table.cpp")->required();
    app.add_option("--every", with.every, "Only every so manyth test without a race")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    app.add_option("--only", with.only, "Only the test of this file");
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
