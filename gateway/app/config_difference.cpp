#include "gateway/app/config_difference.h"

#include <iostream>

#include "gateway/app/bundle.h"
#include "gateway/app/terminal.h"

namespace yht::app {
namespace {

std::string textOf(const Bundle& bundle, const std::string& name) {
    const auto file = bundle.files.find(name);
    return file == bundle.files.end() ? "" : file->second;
}

void writeHunk(json::Writer& out, const DifferenceHunk& hunk) {
    out.StartObject();
    json::writeNumber(out, "old_first", hunk.old_first);
    json::writeNumber(out, "old_count", hunk.old_count);
    json::writeNumber(out, "new_first", hunk.new_first);
    json::writeNumber(out, "new_count", hunk.new_count);
    out.Key("lines");
    out.StartArray();
    for (const auto& line : hunk.lines) {
        out.StartObject();
        json::writeText(out, "sign", std::string(1, line.sign));
        json::writeText(out, "text", line.text);
        out.EndObject();
    }
    out.EndArray();
    out.EndObject();
}

/// Tabs stay: they move nothing that matters, and a line that differs by one must look different.
std::string printableLine(std::string_view text) {
    std::string out;
    for (std::size_t tab; (tab = text.find('\t')) != std::string_view::npos; text.remove_prefix(tab + 1))
        out += printable(text.substr(0, tab)) + '\t';
    return out + printable(text);
}

void printHunk(const DifferenceHunk& hunk) {
    std::cout << "@@ -" << hunk.old_first << ',' << hunk.old_count << " +" << hunk.new_first << ',' << hunk.new_count << " @@\n";
    for (const auto& line : hunk.lines) {
        std::string_view text = line.text;
        const bool ended = text.ends_with('\n');
        if (ended) text.remove_suffix(1);
        std::cout << line.sign << printableLine(text) << '\n';
        if (!ended) std::cout << "\\ 行末无换行 No newline at end of file\n";
    }
}

}  // namespace

base::Result<std::vector<FileDifference>> differencesFromForce(ledger::Store& store, const std::string& directory) {
    auto snapshot = store.snapshot();
    if (!snapshot.ok()) return std::move(snapshot).error();
    const auto before = bundleInForce(**snapshot);
    if (!before.ok()) return before.error();
    const auto on_disk = readBundle(directory);
    if (!on_disk.ok()) return on_disk.error();
    const Bundle in_force = before->value_or(Bundle{});
    std::vector<FileDifference> all;
    for (const auto& name : changedFiles(in_force, *on_disk)) {
        const char* change = !in_force.files.contains(name) ? "added" : !on_disk->files.contains(name) ? "removed" : "changed";
        all.push_back({name, change, differenceOf(textOf(in_force, name), textOf(*on_disk, name))});
    }
    return all;
}

void printDifferences(const std::vector<FileDifference>& all) {
    for (const auto& one : all) {
        const std::string name = printable(one.file);
        const std::string_view change = one.change;
        std::cout << "--- " << name << (change == "added" ? " (尚无 not there yet)" : " (生效中 in force)") << "\n+++ " << name
                  << (change == "removed" ? " (已删除 gone)" : " (磁盘上 on disk)") << '\n';
        for (const auto& hunk : one.hunks) printHunk(hunk);
    }
    if (all.empty()) std::cout << "no difference 无差异\n";
}

void writeDifferences(json::Writer& out, const std::vector<FileDifference>& all) {
    out.Key("difference");
    out.StartArray();
    for (const auto& file : all) {
        out.StartObject();
        json::writeText(out, "file", file.file);
        json::writeText(out, "change", file.change);
        out.Key("hunks");
        out.StartArray();
        for (const auto& hunk : file.hunks) writeHunk(out, hunk);
        out.EndArray();
        out.EndObject();
    }
    out.EndArray();
}

}  // namespace yht::app
