#include "tools/sources-sim/telling.h"

#include <iostream>

#include "tools/stage/json_text.h"

namespace yht::sources_sim {
namespace {

constexpr Member::Form kJson = Member::Form::Json;
constexpr std::size_t kTextShown = 60;

std::string object(std::vector<Member> members) { return jsonOf({"", "", std::move(members)}); }

/// At most kTextShown bytes, whole characters.
std::string shown(const std::string& text) {
    if (text.size() <= kTextShown) return text;
    std::size_t end = kTextShown;
    while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end) + "…";
}

std::string heading(const char* arrow, const std::string& shape) {
    constexpr std::size_t kWidth = 9;
    return std::string(arrow) + " " + shape + std::string(shape.size() < kWidth ? kWidth - shape.size() : 0, ' ') + " ";
}

}  // namespace

void Telling::line(const std::string& text) {
    const std::scoped_lock lock(mutex_);
    std::cout << text << '\n' << std::flush;
}

void Telling::call(const Shape& shape, const Message& message, const Heard& heard) {
    if (lines_ == Lines::Json) {
        return line(object({{"message", message.name}, {"ref", message.ref}, {"tries", std::to_string(heard.tries), kJson},
                            {"status", std::to_string(heard.status), kJson}, {"done", heard.done ? "true" : "false", kJson},
                            {"reply", heard.status == 0 ? heard.detail : heard.reply}}));
    }
    const std::string answer = !heard.done ? "not done 未被接收: " + (heard.status == 0 ? heard.detail : heard.reply)
                               : heard.number.empty() ? "taken 已接收" : heard.number;
    line(heading("→", shape.name) + message.name + " " + message.ref + " ⇒ " + answer);
}

void Telling::left(const Shape& shape, const std::string& where, std::size_t items, std::size_t bytes, std::int64_t half_ms) {
    const std::string count = std::to_string(items);
    if (lines_ == Lines::Json) {
        return line(object({{"shape", shape.name}, {"where", where}, {"items", count, kJson}, {"bytes", std::to_string(bytes), kJson},
                            {"half_ms", std::to_string(half_ms), kJson}}));
    }
    line(heading("→", shape.name) + count + " items 条 in " + where + (bytes > 0 ? ", " + std::to_string(bytes) + " bytes" : ""));
}

void Telling::home(const CameHome& home) {
    if (lines_ == Lines::Json) {
        return line(object({{"came_home", home.shape}, {"what", home.what}, {"ref", home.ref}, {"ticket_no", home.ticket_no},
                            {"again", home.again ? "true" : "false", kJson}, {"unheard", home.unheard ? "true" : "false", kJson},
                            {"problem", home.problem}}));
    }
    line(heading("←", home.shape) + home.what + " of " + home.ref + ", " + home.ticket_no + (home.again ? " (again 重复)" : "") +
         (home.problem.empty() ? ": " + shown(home.text) : "  WRONG 有误: " + home.problem));
}

}  // namespace yht::sources_sim
