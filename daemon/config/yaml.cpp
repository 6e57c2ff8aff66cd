// Builds the tree from yaml-cpp's events, not from its nodes, so that size and depth are bounded while it
// parses.
#include "daemon/config/yaml.hpp"

#include "common/utf8.hpp"
#include "daemon/base/text/ascii.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace tokenward {
namespace {

constexpr std::size_t max_text = std::size_t{1024} * 1024;
constexpr std::size_t max_nodes =
    std::size_t{256} * 1024;          // a configuration of 1 MiB with 40,000 scopes has fewer
constexpr std::size_t max_depth = 16; // valid files have 6 at most
constexpr auto plain_string = "tag:yaml.org,2002:str";

/// Ends the parse from within an event.
struct parse_error {
    int line;
    const char* message;
};

int line_of(const YAML::Mark& mark) {
    return mark.line + 1;
}

/// How much a value counts towards max_nodes, and how deep it is.
struct extent {
    std::size_t weight = 0;
    std::size_t depth = 0;
};

extent measure(const yaml_node& node) {
    extent all{1 + node.text.size() / 64, 0}; // repeating a long text costs memory too
    for (const yaml_node& child : node.children) {
        extent one = measure(child);
        all = {all.weight + one.weight, std::max(all.depth, one.depth)};
    }
    if (node.type == yaml_node::kind::list || node.type == yaml_node::kind::map) ++all.depth;
    return all;
}

/// Builds the tree from the parser's events.
class tree_builder final : public YAML::EventHandler {
  public:
    tree_builder(fault_list& faults, yaml_dialect dialect)
        : x_faults(faults), x_is_foreign(dialect == yaml_dialect::openstack) {}

    yaml_node take() { return std::move(x_root); }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (x_documents++ != 0)
            throw parse_error{line_of(mark),
                              "a second document: remove its `---`; a file holds one document"};
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        add({.type = plain(mark, "", anchor) ? yaml_node::kind::null : yaml_node::kind::broken,
             .line = line_of(mark)},
            anchor);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        if (x_is_foreign) return add_copy(mark, anchor);
        x_faults.error(line_of(mark),
                       "aliases are not supported: write the value out (or quote it, if it begins with `*`)");
        add({.type = yaml_node::kind::broken, .line = line_of(mark)});
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        auto type = plain(mark, tag, anchor) ? yaml_node::kind::text : yaml_node::kind::broken;
        bool quoted = tag == "!" || tag == plain_string;
        add({.type = type, .line = line_of(mark), .quoted = quoted, .text = value}, anchor);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(yaml_node::kind::list, mark, tag, anchor);
    }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(yaml_node::kind::map, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapEnd() override { close(); }

  private:
    /// Whether the value has neither an anchor nor a tag. Reports them.
    bool plain(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        if (x_is_foreign && tag == plain_string) return true;
        if (anchor != YAML::NullAnchor && !x_is_foreign) {
            x_faults.error(
                line_of(mark),
                "anchors are not supported: remove it (or quote the value, if it begins with `&`)");
            return false;
        }
        if (tag.empty() || tag == "?" || tag == "!") return true; // the parser's tags for values without one
        x_faults.error(line_of(mark),
                       "tags are not supported: remove it (or quote the value, if it begins with `!`)");
        return false;
    }

    void open(yaml_node::kind type, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        // The parser recurses, so the depth is bounded here.
        if (x_open.size() == max_depth) throw parse_error{line_of(mark), "nested too deeply"};
        x_open.push_back(
            {.type = plain(mark, tag, anchor) ? type : yaml_node::kind::broken, .line = line_of(mark)});
        x_open_anchors.push_back(anchor);
    }

    void close() {
        yaml_node done = std::move(x_open.back());
        YAML::anchor_t anchor = x_open_anchors.back();
        x_open.pop_back();
        x_open_anchors.pop_back();
        if (x_is_foreign && done.type == yaml_node::kind::map) expand_merge_keys(done);
        add(std::move(done), anchor);
    }

    /// Adds a copy of the anchored value. It counts towards the bounds as if it were written out.
    void add_copy(const YAML::Mark& mark, YAML::anchor_t anchor) {
        auto found = x_anchored.find(anchor);
        if (found == x_anchored.end()) throw parse_error{line_of(mark), "an alias inside its own anchor"};
        extent size = measure(found->second);
        if (x_open.size() + size.depth > max_depth) throw parse_error{line_of(mark), "nested too deeply"};
        x_count += size.weight;
        add(found->second);
    }

    void add(yaml_node value, YAML::anchor_t anchor = YAML::NullAnchor) {
        if (++x_count > max_nodes) throw parse_error{value.line, "too many values in one file"};
        if (x_is_foreign && anchor != YAML::NullAnchor) {
            x_count += measure(value).weight;
            x_anchored[anchor] = value;
        }
        if (x_open.empty()) {
            x_root = std::move(value);
            return;
        }
        yaml_node& parent = x_open.back();
        if (parent.type == yaml_node::kind::map) place(parent, value);
        parent.children.push_back(std::move(value));
    }

    /// Adjusts the line of `value`, the next key or value of `parent`, and checks keys.
    void place(const yaml_node& parent, yaml_node& value) {
        bool is_key = parent.children.size() % 2 == 0;
        if (!is_key && value.type != yaml_node::kind::text) {
            value.line = parent.children.back().line; // the parser gives the line of the next token
        } else if (is_key && value.type != yaml_node::kind::text && value.type != yaml_node::kind::broken) {
            x_faults.error(value.line, "a key must be a word");
            value.type = yaml_node::kind::broken;
        }
    }

    fault_list& x_faults;
    bool x_is_foreign;
    yaml_node x_root{};
    std::vector<YAML::anchor_t> x_open_anchors{};
    std::map<YAML::anchor_t, yaml_node> x_anchored{};
    std::vector<yaml_node> x_open{}; // lists and maps that have not ended; the innermost last
    std::size_t x_count = 0;
    int x_documents = 0;
};

int line_at(std::string_view text, std::size_t offset) {
    return static_cast<int>(
               std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n')) +
           1;
}

/// Checks what the parser does not: it takes ^D for the end and guesses the encoding.
bool is_readable(std::string_view text, fault_list& faults) {
    if (text.size() > max_text) {
        faults.error(0, "larger than 1 MiB");
        return false;
    }
    auto is_odd = [](char c) { return is_control(c) && c != '\n' && c != '\r' && c != '\t'; };
    for (std::size_t start = 0; start < text.size();) {
        std::size_t end = std::min(text.find('\n', start), text.size());
        std::string_view line = text.substr(start, end - start);
        bool control = std::any_of(line.begin(), line.end(), is_odd);
        if (control || !is_utf8(line)) {
            faults.error(line_at(text, start),
                         control ? "a control character: remove it" : "not UTF-8: save the file as UTF-8");
            return false;
        }
        start = end + 1;
    }
    return true;
}

bool is_indented_by_tab(std::string_view text, int line) {
    for (; line > 1 && !text.empty(); --line)
        text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    return text.substr(0, text.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
}

/// The parser's message without the text that it quotes, which may be part of a password.
std::string without_content(const std::string& message) {
    return message.substr(0, message.find(':'));
}

/// JSON writes some characters as two escapes (\ud83d\udd11), which YAML does not accept.
std::string advice_on(const std::string& message) {
    return message.find("unicode") == std::string::npos
               ? ""
               : ": write the character itself, or name the file .json if it is one of JSON";
}

} // namespace

std::optional<yaml_node> parse_yaml(std::string_view text, fault_list& faults, yaml_dialect dialect) {
    if (!is_readable(text, faults)) return std::nullopt;
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        tree_builder builder(faults, dialect);
        while (parser.HandleNextDocument(builder)) {
        }
        return builder.take();
    } catch (const parse_error& reason) {
        faults.error(reason.line, reason.message);
    } catch (const YAML::Exception& broken) {
        int line = broken.mark.is_null() ? 0 : line_of(broken.mark);
        if (is_indented_by_tab(text, line))
            faults.error(line, "a tab in the indentation: use spaces"); // whatever the parser reported
        else
            faults.error(line, "not YAML: " + without_content(broken.msg) + advice_on(broken.msg));
    }
    return std::nullopt;
}

} // namespace tokenward
