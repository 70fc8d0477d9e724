#include "tools/bench/figures.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ostream>

#include "gateway/base/assert.h"
#include "gateway/json/json.h"
#include "tools/bench/machine.h"

namespace yht::bench {

namespace {

std::vector<double> sorted(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values;
}

std::string line(const Row& row) {
    std::string out = row.name + ": " + figureText(row.median());
    if (!row.unit.empty()) out += " " + row.unit;
    if (row.values.size() > 1)
        out += "  [" + figureText(row.lowest()) + " .. " + figureText(row.highest()) + "]";
    if (!row.floor.empty()) out += "   (asked: " + row.floor + ")";
    return out;
}

}  // namespace

std::string figureText(double value) {
    char buffer[32];
    const char* form = std::abs(value) >= 100 ? "%.0f" : std::abs(value) >= 10 ? "%.1f" : "%.3g";
    std::snprintf(buffer, sizeof buffer, form, value);
    return buffer;
}

double percentile(const std::vector<std::uint32_t>& sorted, double p) {
    YHT_ASSERT(!sorted.empty());
    const auto rank = static_cast<std::size_t>(std::ceil(p * static_cast<double>(sorted.size())));
    return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

double Row::median() const {
    const auto all = sorted(values);
    const auto middle = all.size() / 2;
    return all.size() % 2 == 1 ? all[middle] : (all[middle - 1] + all[middle]) / 2;
}

double Row::lowest() const {
    return *std::min_element(values.begin(), values.end());
}

double Row::highest() const {
    return *std::max_element(values.begin(), values.end());
}

void Report::add(
    const std::string& name, const std::string& unit, double value, const std::string& floor
) {
    for (auto& row : rows_) {
        if (row.name != name) continue;
        row.values.push_back(value);
        return;
    }
    rows_.push_back({name, unit, {value}, floor});
}

void Report::take(const Report& other) {
    for (const Row& row : other.rows_) {
        for (const double value : row.values) add(row.name, row.unit, value, row.floor);
    }
    for (const auto& text : other.notes_) {
        if (std::find(notes_.begin(), notes_.end(), text) == notes_.end()) notes_.push_back(text);
    }
}

void Report::print(std::ostream& out) const {
    out << title_ << '\n' << machineText() << '\n';
    for (const auto& row : rows_) out << "  " << line(row) << '\n';
    for (const auto& text : notes_) out << "  note: " << text << '\n';
    out << std::flush;
}

void Report::printJson(std::ostream& out) const {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    const auto member = [&](const char* name, const std::string& value) {
        writer.Key(name);
        writer.String(value);
    };
    writer.StartObject();
    member("title", title_);
    member("machine", machineText());
    writer.Key("rows");
    writer.StartArray();
    for (const auto& row : rows_) {
        writer.StartObject();
        member("name", row.name);
        member("unit", row.unit);
        writer.Key("median");
        writer.Double(row.median());
        writer.Key("values");
        writer.StartArray();
        for (const double value : row.values) writer.Double(value);
        writer.EndArray();
        member("asked", row.floor);
        writer.EndObject();
    }
    writer.EndArray();
    writer.Key("notes");
    writer.StartArray();
    for (const auto& text : notes_) writer.String(text);
    writer.EndArray();
    writer.EndObject();
    out << buffer.GetString() << std::endl;
}

}  // namespace yht::bench
