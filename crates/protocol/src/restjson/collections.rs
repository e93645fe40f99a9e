//! Values that hold others: what may be absent, lists, maps and boxes.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Serializer;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};

use super::json::{Appended, Json};
use super::wire::{Nullable, Read, Wire, Written};
use crate::check::{Checker, Rule};

impl<T: Wire> Wire for Option<T> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(value) => serializer.serialize_some(&Written(value)),
            None => serializer.serialize_none(),
        }
    }

    fn append(&self, json: &mut Json) -> Appended {
        match self {
            Some(value) => value.append(json),
            None => {
                json.null();
                Ok(())
            }
        }
    }

    #[inline]
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read_nullable(deserializer)
    }

    #[inline]
    fn read_nullable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Self::read(deserializer).map(Some)
    }

    fn is_given(&self) -> bool {
        self.is_some()
    }

    fn check(&self, rules: &[Rule], at: &mut Checker) {
        match self {
            Some(value) => value.check(rules, at),
            None => at.absent(rules),
        }
    }
}

impl<T: Wire> Wire for Box<T> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        T::write(self, serializer)
    }

    fn append(&self, json: &mut Json) -> Appended {
        T::append(self, json)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self::new)
    }

    fn check(&self, rules: &[Rule], at: &mut Checker) {
        T::check(self, rules, at);
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.len()))?;
        for element in self {
            list.serialize_element(&Written(element))?;
        }
        list.end()
    }

    fn append(&self, json: &mut Json) -> Appended {
        json.list(self)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(List(PhantomData))
    }

    fn check(&self, rules: &[Rule], at: &mut Checker) {
        at.length(self.len(), rules);
        at.elements(self, Rule::of_elements(rules));
    }
}

struct List<T>(PhantomData<T>);

impl<'de, T: Wire> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element_seed(Nullable(PhantomData))? {
            list.extend(element);
        }
        Ok(list)
    }
}

impl<K: Wire + Ord, V: Wire> Wire for BTreeMap<K, V> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (key, value) in self {
            map.serialize_entry(&Written(key), &Written(value))?;
        }
        map.end()
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Map(PhantomData))
    }

    fn check(&self, rules: &[Rule], at: &mut Checker) {
        at.length(self.len(), rules);
        let (of_keys, of_values) = (Rule::of_keys(rules), Rule::of_values(rules));
        for (key, value) in self {
            at.entry(key.key(), &mut |at| {
                key.check(of_keys, at);
                value.check(of_values, at);
            });
        }
    }
}

struct Map<K, V>(PhantomData<(K, V)>);

impl<'de, K: Wire + Ord, V: Wire> Visitor<'de> for Map<K, V> {
    type Value = BTreeMap<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<BTreeMap<K, V>, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(Read(key)) = entries.next_key::<Read<K>>()? {
            if let Some(value) = entries.next_value_seed(Nullable(PhantomData::<V>))? {
                map.insert(key, value);
            }
        }
        Ok(map)
    }
}
